import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGaps, type TimedSamples } from '../../../src/engine/audio/find-gaps.js';

const SECOND = 48_000;

/** Packets of 20 ms that begin at these times. */
function packets(...seconds: readonly (readonly [from: number, to: number])[]): TimedSamples[] {
  return seconds.flatMap(([from, to]) =>
    Array.from({ length: Math.round((to - from) * 50) }, (_, i) => ({
      atSample: from * SECOND + i * 960,
      samples: 960,
    })),
  );
}

describe('findGaps', () => {
  it('finds no gap where one packet follows another', () => {
    expect(findGaps(packets([0, 10]))).toEqual([]);
    expect(findGaps([])).toEqual([]);
  });

  it('finds pauses and a late start', () => {
    expect(findGaps(packets([2, 3], [6, 7], [7.5, 8]))).toEqual([
      { beforeSample: 0, samples: 2 * SECOND },
      { beforeSample: SECOND, samples: 3 * SECOND },
      { beforeSample: 2 * SECOND, samples: SECOND / 2 },
    ]);
  });

  it('measures from a first packet that is slightly late, or before the start', () => {
    for (const first of [336, -1024, -312]) {
      const shifted = packets([0, 1], [4, 5]).map((p) => ({ ...p, atSample: p.atSample + first }));
      expect(findGaps(shifted)).toEqual([{ beforeSample: SECOND, samples: 3 * SECOND }]);
    }
  });

  it('ignores jitter', () => {
    const jittered = packets([0, 60]).map((p, i) => ({ ...p, atSample: p.atSample + (i % 7 === 2 ? 4_000 : 0) }));
    expect(findGaps(jittered)).toEqual([]);
  });

  it('ignores a time that is wrong for a while after the sample rate changed', () => {
    // ffmpeg 5.1: from 3.0 s on all packets are at 5.56 s, until their count has reached that.
    const stuck = packets([0, 10]).map((p) => ({
      ...p,
      atSample: p.atSample < 3 * SECOND ? p.atSample : Math.max(p.atSample, 266_880),
    }));
    expect(findGaps(stuck)).toEqual([]);
  });

  it('compensates many small gaps within 30 ms, each below the threshold', () => {
    const lossy = packets([0, 100]).map((p, i) => ({ ...p, atSample: p.atSample + Math.floor(i / 50) * 480 }));
    const gaps = findGaps(lossy);
    const inserted = gaps.reduce((sum, gap) => sum + gap.samples, 0);
    expect(99 * 480 - inserted).toBeLessThan(1440);
    expect(gaps.every(({ samples }) => samples >= 1440)).toBe(true);
  });

  it('begins a new clock where times go back by more than a second', () => {
    expect(findGaps(packets([0, 5], [0, 1], [2, 3]))).toEqual([{ beforeSample: 6 * SECOND, samples: SECOND }]);
  });

  it('shortens a pause after audio that was longer than its times', () => {
    const overlapping = [...packets([0, 1]), ...packets([0.5, 1.5], [4, 5])];
    expect(findGaps(overlapping)).toEqual([{ beforeSample: 2 * SECOND, samples: 2 * SECOND }]);
  });

  it('never plays a packet later than it is due, unless the audio before it is longer than its times', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ samples: fc.integer({ min: 1, max: 4_000 }), pause: fc.integer({ min: 0, max: 200_000 }) }),
          { minLength: 1 },
        ),
        (parts) => {
          let at = 0;
          const list = parts.map(({ samples, pause }) => {
            at += pause;
            const packet = { atSample: at, samples };
            at += samples;
            return packet;
          });
          let [played, inserted] = [0, 0];
          const gaps = [...findGaps(list)];
          for (const { atSample, samples } of list) {
            while (gaps[0]?.beforeSample === played) inserted += gaps.shift()!.samples;
            const late = played + inserted - atSample;
            expect(late).toBeLessThanOrEqual(0);
            expect(late).toBeGreaterThan(-2 * 1440);
            played += samples;
          }
          expect(gaps).toEqual([]);
        },
      ),
    );
  });
});
