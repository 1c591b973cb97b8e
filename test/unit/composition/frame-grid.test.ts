import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesOf, sampleOf, timeUsOf, wholeFramesIn } from '../../../src/composition/frame-grid.js';

const rates = fc.constantFrom(
  { num: 30, den: 1 },
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30000, den: 1001 },
  { num: 24000, den: 1001 },
  { num: 60000, den: 1001 },
);
const day = 24 * 3600 * 1_000_000;

describe('the frame grid', () => {
  it('rounds to the nearest frame', () => {
    expect(framesOf(1_630_000, { num: 24, den: 1 })).toBe(39);
    expect(framesOf(1_001_000, { num: 30000, den: 1001 })).toBe(30);
    expect(framesOf(50_000, { num: 30, den: 1 })).toBe(2);
  });

  it('returns the same frame for the time of a frame, up to 24 hours', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 0, max: day }), (rate, us) => {
        const frame = framesOf(us, rate);
        expect(framesOf(timeUsOf(frame, rate), rate)).toBe(frame);
      }),
    );
  });

  it('moves a time by at most half a frame', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 0, max: day }), (rate, us) => {
        const halfFrameUs = (500_000 * rate.den) / rate.num;
        expect(Math.abs(timeUsOf(framesOf(us, rate), rate) - us)).toBeLessThanOrEqual(halfFrameUs + 1);
      }),
    );
  });

  it('places cuts without drift', () => {
    // 40 clips of 1.63 s at 24 fps: cut one by one they made 66.68 s in a naive join.
    const rate = { num: 24, den: 1 };
    const cuts = Array.from({ length: 41 }, (_, i) => framesOf(i * 1_630_000, rate));
    const lengths = cuts.slice(1).map((cut, i) => cut - cuts[i]!);
    expect(lengths.reduce((a, b) => a + b)).toBe(framesOf(40 * 1_630_000, rate));
  });

  it('tolerates rounding by a container, but not a missing frame', () => {
    expect(wholeFramesIn(4_999_000, { num: 30, den: 1 })).toBe(150);
    expect(wholeFramesIn(4_966_000, { num: 30, den: 1 })).toBe(149);
    expect(wholeFramesIn(1_000, { num: 30, den: 1 })).toBe(0);
  });

  it('makes the soundtrack as long as the video to the sample', () => {
    expect(sampleOf(30, { num: 30, den: 1 }, 48_000)).toBe(48_000);
    expect(sampleOf(1, { num: 30000, den: 1001 }, 48_000)).toBe(1602);
  });
});
