import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgressParser, type ProgressBlock } from '../../../src/engine/process/progress.js';
import { createProgressMeter } from '../../../src/engine/progress-meter.js';
import { createTextTail } from '../../../src/engine/process/text-tail.js';
import type { Step } from '../../../src/engine/steps/step.js';
import type { Progress, ProgressReport } from '../../../src/task/task.js';

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
  it('reads blocks from output that is cut anywhere', () => {
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

  const step = (id: string, phase: Step['phase'], frames = 0): Step => {
    return { id, kind: phase, after: [], phase, frames, tries: 1 };
  };

  it('follows the planned frames, never goes back and never reaches 100', () => {
    const seen: Progress[] = [];
    const meter = createProgressMeter((progress) => seen.push(progress));
    const inputs = [step('fetch 0', 'FETCHING'), step('fetch 1', 'FETCHING'), step('probe', 'PROBING')];
    const outputs = [step('render', 'RENDERING', 100), step('verify', 'FINALIZING'), step('publish', 'UPLOADING')];
    meter.planned(inputs);
    for (const one of inputs) meter.done(one);
    meter.planned(outputs);
    for (const frame of [0, 50, 20, null, 100, 169_424]) meter.rendered('render', block(frame));
    for (const one of outputs) meter.done(one);
    expect(seen.map(({ percent }) => percent)).toEqual([0, 0, 1, 2, 5, 5, 5, 50, 50, 50, 95, 95, 95, 98, 99]);
    expect(seen.map(({ framesDone }) => framesDone)).toEqual([
      0, 0, 0, 0, 0, 0, 0, 50, 50, 50, 100, 100, 100, 100, 100,
    ]);
    expect(seen.map(({ phase }) => phase[0]).join('')).toBe('FFFPPRRRRRRRFUU');
    expect(seen.at(-1)).toMatchObject({ phase: 'UPLOADING', framesTotal: 100 });
  });

  it('adds up the frames of several steps, also of concurrent ones', () => {
    const seen: Progress[] = [];
    const meter = createProgressMeter((progress) => seen.push(progress));
    meter.planned([step('a', 'RENDERING', 50), step('b', 'RENDERING', 50)]);
    for (const [id, frame] of [
      ['a', 25],
      ['b', 10],
      ['a', 50],
      ['b', 50],
    ] as const)
      meter.rendered(id, block(frame));
    expect(seen.slice(2).map(({ framesDone, outTimeUs, percent }) => [framesDone, outTimeUs, percent])).toEqual([
      [25, 25_000, 27],
      [35, 35_000, 36],
      [60, 60_000, 59],
      [100, 100_000, 95],
    ]);
  });
});

describe('createProgressMeter, by the clock', () => {
  const step = (id: string, phase: Step['phase'], frames = 0): Step => {
    return { id, kind: phase, after: [], phase, frames, tries: 1 };
  };
  const at = (frame: number, speed: number | null = null): ProgressBlock => {
    return { frame, outTimeUs: frame * 40_000, totalBytes: null, speed, ended: false };
  };

  /** A meter of an attempt whose time the test sets. */
  function underTest() {
    const seen: ProgressReport[] = [];
    let nowMs = 5_000;
    const meter = createProgressMeter(
      (report) => seen.push(report),
      () => nowMs,
    );
    return { meter, last: () => seen.at(-1)!, after: (ms: number) => (nowMs += ms) };
  }

  it('measures each phase from its begin to its end, whenever it is reported', () => {
    const { meter, last, after } = underTest();
    const steps = [step('fetch', 'FETCHING'), step('render', 'RENDERING', 100), step('verify', 'FINALIZING')];
    meter.planned(steps);
    after(7);
    meter.done(steps[0]!);
    after(1_000);
    meter.rendered('render', at(50));
    after(1_234);
    meter.done(steps[1]!);
    after(321);
    meter.ended();
    expect(last().phaseTimings).toEqual([
      { phase: 'FETCHING', durationMs: 7 },
      { phase: 'RENDERING', durationMs: 2_234 },
      { phase: 'FINALIZING', durationMs: 321 },
    ]);
  });

  it('adds up the speed of steps that render at once, without that of the soundtrack', () => {
    const { meter, last, after } = underTest();
    meter.planned([step('a', 'RENDERING', 500), step('b', 'RENDERING', 500), step('soundtrack', 'RENDERING')]);
    after(1_000);
    // Each has made 2 s of video within its second.
    meter.rendered('a', at(50, 2));
    meter.rendered('b', at(50, 2));
    meter.rendered('soundtrack', at(500, 20));
    expect(last().speed).toBeCloseTo(4);
    expect(last().outTimeUs).toBe(4_000_000);
    after(1_000);
    meter.rendered('a', at(100, 2));
    expect(last().speed).toBeCloseTo(3);
  });

  it('estimates the rest by the frames that were rendered, not by those that were reused', () => {
    const { meter, last, after } = underTest();
    meter.planned([step('old', 'RENDERING', 900), step('new', 'RENDERING', 100), step('verify', 'FINALIZING')]);
    meter.reused('old', 36_000_000);
    expect(last()).toMatchObject({ remainingMs: null, framesDone: 900, outTimeUs: 36_000_000 });
    after(1_000);
    meter.rendered('new', at(50, 2));
    // 50 frames a second: a second for the rest of the frames, and 4/90 of the 20 s of the whole for what follows.
    expect(last().remainingMs).toBe(1_000 + Math.round((20_000 * 4) / 90));
    expect(last().speed).toBeCloseTo(2);
  });

  it('follows a pace that changes within half a minute', () => {
    const { meter, last, after } = underTest();
    meter.planned([step('a', 'RENDERING', 100_000)]);
    let frame = 0;
    for (let second = 0; second < 100; second += 1) {
      after(1_000);
      meter.rendered('a', at((frame += 100), 4));
    }
    expect(last().speed).toBeCloseTo(4);
    for (let second = 0; second < 31; second += 1) {
      after(1_000);
      meter.rendered('a', at((frame += 25), 4));
    }
    expect(last().speed).toBeCloseTo(1);
  });
});

describe('createTextTail', () => {
  it('keeps the end, and marks that text before it is missing', () => {
    const tail = createTextTail(5);
    tail.push(Buffer.from('abc'));
    expect(tail.text()).toBe('abc');
    tail.push(Buffer.from('defgh'));
    expect(tail.text()).toBe('…defgh');
  });
});
