import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgressParser, type ProgressBlock } from '../../../src/engine/process/progress.js';
import { createProgressMeter } from '../../../src/engine/progress-meter.js';
import { createTextTail } from '../../../src/engine/process/text-tail.js';
import type { Progress } from '../../../src/task/task.js';

const TEXT = `frame=12
fps=0.00
stream_0_0_q=23.0
bitrate=N/A
total_size=N/A
out_time_us=-33333
out_time_ms=-33333
out_time=-00:00:00.033333
speed=N/A
progress=continue
frame=60
total_size=12345
out_time_us=2000000
out_time_ms=2000000
speed=1.51x
progress=end
`;
const BLOCKS: ProgressBlock[] = [
  { frame: 12, outTimeUs: null, totalBytes: null, speed: null, ended: false },
  { frame: 60, outTimeUs: 2_000_000, totalBytes: 12_345, speed: 1.51, ended: true },
];

describe('createProgressParser', () => {
  it('reads blocks however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const blocks: ProgressBlock[] = [];
        const parse = createProgressParser((block) => blocks.push(block));
        for (let at = 0, i = 0; at < TEXT.length; i += 1) {
          const size = sizes[i % sizes.length]!;
          parse(Buffer.from(TEXT.slice(at, at + size)));
          at += size;
        }
        expect(blocks).toEqual(BLOCKS);
      }),
    );
  });
});

describe('createProgressMeter', () => {
  const block = (frame: number | null): ProgressBlock => ({
    frame,
    outTimeUs: frame === null ? null : frame * 1_000,
    totalBytes: null,
    speed: 2,
    ended: false,
  });

  it('goes by the planned frames, never back and never to 100', () => {
    const seen: Progress[] = [];
    const meter = createProgressMeter((progress) => seen.push(progress));
    meter.enter('FETCHING');
    meter.step(1, 2);
    meter.enter('PROBING');
    meter.planned(100);
    meter.enter('RENDERING');
    for (const frame of [0, 50, 20, null, 100, 169_424]) meter.rendered(block(frame));
    meter.enter('FINALIZING');
    meter.enter('UPLOADING');
    expect(seen.map(({ percent }) => percent)).toEqual([0, 1, 2, 2, 5, 5, 50, 50, 50, 95, 95, 95, 98]);
    expect(seen.map(({ framesDone }) => framesDone)).toEqual([0, 0, 0, 0, 0, 0, 50, 50, 50, 100, 100, 100, 100]);
    expect(seen.at(-1)).toMatchObject({ phase: 'UPLOADING', framesTotal: 100, speed: 2 });
  });

  it('counts one video on top of another', () => {
    const seen: Progress[] = [];
    const meter = createProgressMeter((progress) => seen.push(progress));
    meter.planned(100);
    meter.enter('RENDERING');
    for (const frames of [
      [25, 50],
      [0, 25, 50],
    ]) {
      meter.nextVideo();
      for (const frame of frames) meter.rendered(block(frame));
    }
    expect(seen.slice(2).map(({ framesDone, outTimeUs, percent }) => [framesDone, outTimeUs, percent])).toEqual([
      [25, 25_000, 27],
      [50, 50_000, 50],
      [50, 50_000, 50],
      [75, 75_000, 72],
      [100, 100_000, 95],
    ]);
  });
});

describe('createTextTail', () => {
  it('keeps the end, and says that there was more', () => {
    const tail = createTextTail(5);
    tail.push(Buffer.from('abc'));
    expect(tail.text()).toBe('abc');
    tail.push(Buffer.from('defgh'));
    expect(tail.text()).toBe('…defgh');
  });
});
