import { describe, expect, it } from 'vitest';
import type { LocatedVisual } from '../../../src/engine/compositor/render-plan.js';
import { backwardParts, bytesHeld } from '../../../src/engine/compositor/assets/backward-parts.js';
import { requireMemory } from '../../../src/engine/require-memory.js';
import { compose } from '../../support/timeline.js';

const SMALL = { width: 640, height: 360 };
const FULL = { width: 1920, height: 1080 };
const UHD = { width: 3840, height: 2160 };

describe('the parts of a clip that plays backwards', () => {
  it.each([
    [0, 60, 60, SMALL],
    [0, 250, 250, FULL],
    [30, 100, 400, FULL],
    [7, 1, 8, UHD],
    [0, 300, 300, UHD],
  ])(
    'cover what is shown from frame %i on, %i of %i frames, from the last to the first',
    (fromFrame, frames, whole, size) => {
      const parts = backwardParts({ fromFrame, frames }, whole, size);
      const shown = parts.flatMap((part) =>
        Array.from({ length: part.frames }, (_, i) => part.fromFrame + part.frames - 1 - i),
      );
      expect(shown).toEqual(Array.from({ length: frames }, (_, i) => whole - 1 - fromFrame - i));
      expect(parts.length).toBeLessThanOrEqual(8);
    },
  );

  it('hold 256 MB at most, or an eighth of what is shown', () => {
    expect(backwardParts({ fromFrame: 0, frames: 60 }, 60, SMALL)).toHaveLength(1);
    expect(Math.max(...backwardParts({ fromFrame: 0, frames: 250 }, 250, FULL).map(({ frames }) => frames))).toBe(32);
    expect(bytesHeld({ frames: 300 }, UHD)).toBe(38 * 3840 * 2160 * 1.5);
  });
});

describe('a clip that plays backwards', () => {
  it('is refused where its frames have no room in memory, by its field', () => {
    const timeline = (reverse: boolean) => ({
      canvas: { width: 320, height: 180 },
      tracks: [{ clips: [{ video: { uri: 'v', reverse } }] }],
    });
    const visuals = new Map([['v', { details: UHD } as unknown as LocatedVisual]]);
    const require = (reverse: boolean) => {
      const { composition } = compose(timeline(reverse), { visual: { v: 10 } });
      requireMemory(composition, { visuals }, 200 * 1024 ** 2);
    };
    require(false);
    const failure = { reason: 'MEMORY_LIMIT_EXCEEDED', field: 'spec.timeline.tracks[0].clips[0].video.uri' };
    expect(() => {
      require(true);
    }).toThrow(expect.objectContaining({ failure: expect.objectContaining(failure) as object }) as Error);
  });
});
