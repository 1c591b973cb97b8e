import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visualClips } from '../../../src/composition/composition.js';
import { composeMontage } from '../../../src/composition/montage/compose-montage.js';
import type { VisualFacts } from '../../../src/composition/media-facts.js';
import { createRandom, shuffled } from '../../../src/composition/random.js';
import { planShots, type Shot } from '../../../src/composition/montage/shots.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { crossFade, factsFor, montageOf } from '../../support/montage.js';

const RATE = { num: 30, den: 1 };
const video = (seconds: number): VisualFacts => ({ kind: 'video', durationUs: Math.round(seconds * 1e6) });

function shotsOf(changes: Partial<Montage>, materials: readonly VisualFacts[], seed = 1): Shot[] {
  return planShots(montageOf(materials.length, changes), materials, {
    rate: RATE,
    leastFrames: 15,
    random: createRandom(seed),
  });
}

describe('the planner of clips in sequence', () => {
  it('takes the beginning of each material, as much of it as the speed needs', () => {
    expect(shotsOf({ speed: 2 }, [video(12), video(4), { kind: 'image' }])).toEqual([
      { material: 0, trimStartUs: 0, frames: 150 },
      { material: 1, trimStartUs: 0, frames: 60 },
      { material: 2, trimStartUs: 0, frames: 150 },
    ]);
    expect(shotsOf({ speed: 0.5 }, [video(2)])).toEqual([{ material: 0, trimStartUs: 0, frames: 120 }]);
  });
});

describe('the planner of clips in random order', () => {
  it('starts with a longest clip of each material, and uses every other one once from its own place', () => {
    const shots = shotsOf({ concat: 'RANDOM' }, [video(12), video(5.2), { kind: 'image' }]);
    expect(
      shots
        .slice(0, 3)
        .map(({ material, frames }) => [material, frames])
        .sort(),
    ).toEqual([
      [0, 150],
      [1, 150],
      [2, 150],
    ]);
    const ofFirst = shots.filter(({ material }) => material === 0).sort((a, b) => a.trimStartUs - b.trimStartUs);
    expect(ofFirst).toEqual([
      { material: 0, trimStartUs: 0, frames: 150 },
      { material: 0, trimStartUs: 5_000_000, frames: 150 },
      { material: 0, trimStartUs: 10_000_000, frames: 60 },
    ]);
    // 0.2 s at the end of the second are not worth a clip.
    expect(shots).toHaveLength(5);
  });

  it('cuts a material by its own time at any speed', () => {
    const shots = shotsOf({ concat: 'RANDOM', speed: 2 }, [video(20)]);
    expect(shots.map(({ trimStartUs }) => trimStartUs).sort((a, b) => a - b)).toEqual([0, 10_000_000]);
  });

  it('cuts no clip too short for the cross-fades, and covers a narration', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 6, max: 40, noNaN: true }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 60 }),
        (seconds, seed, speech) => {
          const narration = { asset: { uri: 'n', field: 'n' }, gainDb: 0 };
          const montage = montageOf(seconds.length, { concat: 'RANDOM', seed, transition: crossFade(2), narration });
          const facts = factsFor(montage, seconds.map(video), { narration: { durationUs: speech * 1e6 } });
          const { composition } = composeMontage(montage, facts);
          expect(composition.frames).toBe(speech * 30);
          for (const clip of visualClips(composition)) {
            const source = video(seconds[Number(/\d+/.exec(clip.asset.uri)![0])]!);
            if (source.kind === 'video')
              expect(clip.trimStartUs + (clip.frames * 1e6) / 30).toBeLessThanOrEqual(source.durationUs + 4_000);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('returns the same clips for the same seed, and others for another seed', () => {
    const materials = [video(60), video(60)];
    expect(shotsOf({ concat: 'RANDOM' }, materials, 7)).toEqual(shotsOf({ concat: 'RANDOM' }, materials, 7));
    const orders = [1, 2, 3, 4].map((seed) => JSON.stringify(shotsOf({ concat: 'RANDOM' }, materials, seed)));
    expect(new Set(orders).size).toBe(4);
  });
});

describe('the random generator', () => {
  it('is even, and a shuffle keeps every item', () => {
    const random = createRandom(0);
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < 4000; n += 1) {
      const value = random();
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      counts[Math.floor(value * 4)]! += 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const by = (a: number, b: number) => a - b;
        expect(shuffled(items, createRandom(seed)).sort(by)).toEqual([...items].sort(by));
      }),
    );
  });
});
