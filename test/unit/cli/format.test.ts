import { describe, expect, it } from 'vitest';
import { ProgressDetail } from '../../../generated/cutroom/v1/task.js';
import { durationSeconds, formatBytes, formatSeconds } from '../../../src/cli/format.js';
import { formatEta, remainingSeconds } from '../../../src/cli/remaining-time.js';

describe('the formatter', () => {
  it.each([
    [0, '0:00'],
    [0.2, '0:01'],
    [59.2, '1:00'],
    [750, '12:30'],
    [3600, '1:00:00'],
  ])('prints %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [5_249_000, '5.2 MB'],
    [99_400_000, '99 MB'],
    [999_600_000, '1.0 GB'],
  ])('prints %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('reads a duration with its nanoseconds, and a missing one as zero', () => {
    expect(durationSeconds({ seconds: 12n, nanos: 400_000_000 })).toBeCloseTo(12.4);
    expect(durationSeconds(undefined)).toBe(0);
  });
});

describe('the remaining time', () => {
  const detail = (fields: Partial<ProgressDetail>): ProgressDetail => ProgressDetail.fromPartial(fields);

  it('is the rest of the video divided by the speed', () => {
    // 100 of 400 frames are 4 s of video: 12 s are left, at 1.5 times real time 8 s.
    const known = detail({ framesDone: 100, framesTotal: 400, outTime: { seconds: 4n, nanos: 0 }, speed: 1.5 });
    expect(remainingSeconds(known)).toBeCloseTo(8);
    expect(formatEta(known)).toBe('ETA 0:08');
  });

  it.each([
    ['no detail', undefined],
    ['no frame yet', detail({ framesTotal: 400 })],
    ['no total', detail({ framesDone: 10, outTime: { seconds: 1n, nanos: 0 }, speed: 1 })],
    ['no speed', detail({ framesDone: 10, framesTotal: 20, outTime: { seconds: 1n, nanos: 0 } })],
  ])('is unknown with %s', (_, unknown) => {
    expect(remainingSeconds(unknown)).toBeNull();
    expect(formatEta(unknown)).toBe('ETA --:--');
  });

  it('is zero, not negative, when more frames came than planned', () => {
    expect(
      remainingSeconds(detail({ framesDone: 12, framesTotal: 10, outTime: { seconds: 1n, nanos: 0 }, speed: 1 })),
    ).toBe(0);
  });
});
