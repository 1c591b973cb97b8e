import { describe, expect, it } from 'vitest';
import type { ProgressBlock } from '../../../src/engine/process/progress.js';
import { createProgressJudge } from '../../../src/engine/process/useful-progress.js';

const PLAN = { endUs: 6_000_000, frameUs: 33_333 };
const block = (outTimeUs: number | null, frame: number | null = null, ended = false): ProgressBlock => ({
  frame,
  outTimeUs,
  totalBytes: null,
  speed: null,
  ended,
});

describe('createProgressJudge', () => {
  it('takes new frames and a time that gets on for progress', () => {
    const judge = createProgressJudge(PLAN);
    expect(judge(block(100_000, 3), 100)).toBe('PROGRESS');
    expect(judge(block(100_000, 4), 5_000)).toBe('PROGRESS');
    expect(judge(block(140_000, 4), 5_200)).toBe('PROGRESS');
    expect(judge(block(140_000, 4, true), 5_200)).toBe('PROGRESS');
  });

  it('takes no time that crawls by less than a frame per second of work for progress', () => {
    const judge = createProgressJudge(PLAN);
    judge(block(5_000_000, 180), 1_000);
    // A sample per packet, some hundred packets a second.
    for (let s = 1; s < 100; s += 1) expect(judge(block(5_000_000 + s * 9_000, 180), 1_000 + s * 1_000)).toBe('NONE');
  });

  it('takes what catches up after it stood still for progress', () => {
    const judge = createProgressJudge(PLAN);
    judge(block(1_000_000), 1_000);
    expect(judge(block(1_000_000), 31_000)).toBe('NONE');
    expect(judge(block(1_900_000), 31_200)).toBe('NONE');
    expect(judge(block(2_100_000), 31_400)).toBe('PROGRESS');
  });

  it('needs no work for what gets on without any', () => {
    const judge = createProgressJudge(PLAN);
    expect(judge(block(40_000), 0)).toBe('PROGRESS');
    expect(judge(block(50_000), 0)).toBe('NONE');
    expect(judge(block(80_000), 0)).toBe('PROGRESS');
  });

  it('tells at once what is past its end', () => {
    const judge = createProgressJudge(PLAN);
    expect(judge(block(6_030_000), 1)).toBe('PROGRESS');
    expect(judge(block(7_000_001), 2)).toBe('OVERRUN');
    expect(createProgressJudge(null)(block(1e12), 1)).toBe('PROGRESS');
  });

  it('takes reports without times as they are', () => {
    const judge = createProgressJudge(null);
    expect(judge(block(null, 1), 0)).toBe('PROGRESS');
    expect(judge(block(null, 1), 10)).toBe('NONE');
  });
});
