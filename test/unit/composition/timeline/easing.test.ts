import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eased, NAMED_EASINGS } from '../../../../src/composition/timeline/easing.js';

describe('an easing', () => {
  it.each([
    // Points of the curves of CSS Easing Functions Level 1.
    ['linear', 0.25, 0.25],
    ['ease', 0.5, 0.8024],
    ['ease-in', 0.5, 0.31536],
    ['ease-out', 0.5, 0.68464],
    ['ease-in-out', 0.25, 0.12916],
    ['ease-in-out', 0.5, 0.5],
  ] as const)('has the value of CSS: %s at %f is %f', (name, time, value) => {
    expect(eased(NAMED_EASINGS[name], time)).toBeCloseTo(value, 4);
  });

  it('steps at its start or at its end', () => {
    expect([0, 0.5, 0.999, 1].map((time) => eased(NAMED_EASINGS['step-start'], time))).toEqual([1, 1, 1, 1]);
    expect([0, 0.5, 0.999, 1].map((time) => eased(NAMED_EASINGS['step-end'], time))).toEqual([0, 0, 0, 1]);
  });

  it('solves every curve exactly: the point at x lies on it', () => {
    // Where x stands still, one x has many values.
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(share, fc.double({ min: -2, max: 3, noNaN: true }), share, share, (x1, y1, x2, t) => {
        const y2 = 1 - y1;
        const at = (a: number, b: number) => 3 * (1 - t) ** 2 * t * a + 3 * (1 - t) * t * t * b + t ** 3;
        const x = at(x1, x2);
        expect(eased({ kind: 'BEZIER', x1, y1, x2, y2 }, x)).toBeCloseTo(at(y1, y2), 4);
      }),
    );
  });

  it('overshoots where its curve does', () => {
    expect(eased({ kind: 'BEZIER', x1: 0.34, y1: 1.56, x2: 0.64, y2: 1 }, 0.5)).toBeGreaterThan(1);
  });
});
