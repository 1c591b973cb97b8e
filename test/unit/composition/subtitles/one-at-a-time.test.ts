import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../../../src/composition/subtitles/cues-in.js';

const LIMITS = { bytesEach: 1_000, characters: 100_000 };
const cue = (startUs: number, endUs: number, text: string) => ({ startUs, endUs, text });

describe('texts one at a time', () => {
  it('joins those that are seen together', () => {
    expect(oneAtATime([cue(0, 3, 'a'), cue(1, 2, 'b')], LIMITS)).toEqual([
      cue(0, 1, 'a'),
      cue(1, 2, 'a\nb'),
      cue(2, 3, 'a'),
    ]);
  });

  it('makes none that is longer than a track can hold', () => {
    expect(oneAtATime([cue(0, 1, 'é'.repeat(500))], LIMITS)).not.toBeNull();
    expect(oneAtATime([cue(0, 1, 'é'.repeat(501))], LIMITS)).toBeNull();
  });

  it('stops before thousands that overlap become millions of characters', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => cue(i, 1_000_000, 'x'.repeat(2_000)));
    expect(oneAtATime(many, { bytesEach: Infinity, characters: 10_000_000 })).toBeNull();
  });
});
