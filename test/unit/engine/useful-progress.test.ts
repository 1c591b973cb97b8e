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
  it('counts new frames and a rising time as progress', () => {
    const judge = createProgressJudge(PLAN);
    expect(judge(block(100_000, 3), 100)).toBe('PROGRESS');
    expect(judge(block(100_000, 4), 5_000)).toBe('PROGRESS');
    expect(judge(block(140_000, 4), 5_200)).toBe('PROGRESS');
    expect(judge(block(140_000, 4, true), 5_200)).toBe('PROGRESS');
  });

  it('does not count a time that rises by less than a frame per second of work', () => {
    const judge = createProgressJudge(PLAN);
    judge(block(5_000_000, 180), 1_000);
    // A sample per packet, some hundred packets a second.
    for (let s = 1; s < 100; s += 1) expect(judge(block(5_000_000 + s * 9_000, 180), 1_000 + s * 1_000)).toBe('NONE');
  });

  it('counts catching up after a standstill as progress', () => {
    const judge = createProgressJudge(PLAN);
    judge(block(1_000_000), 1_000);
    expect(judge(block(1_000_000), 31_000)).toBe('NONE');
    expect(judge(block(1_900_000), 31_200)).toBe('NONE');
    expect(judge(block(2_100_000), 31_400)).toBe('PROGRESS');
  });

  it('counts a rising time without any work as progress', () => {
    const judge = createProgressJudge(PLAN);
    expect(judge(block(40_000), 0)).toBe('PROGRESS');
    expect(judge(block(50_000), 0)).toBe('NONE');
    expect(judge(block(80_000), 0)).toBe('PROGRESS');
  });

  it('reports an overrun at once', () => {
    const judge = createProgressJudge(PLAN);
    expect(judge(block(6_030_000), 1)).toBe('PROGRESS');
    expect(judge(block(7_000_001), 2)).toBe('OVERRUN');
    expect(createProgressJudge(null)(block(1e12), 1)).toBe('PROGRESS');
  });

  it('counts frames alone where reports have no times', () => {
    const judge = createProgressJudge(null);
    expect(judge(block(null, 1), 0)).toBe('PROGRESS');
    expect(judge(block(null, 1), 10)).toBe('NONE');
  });
});
