import { describe, expect, it } from 'vitest';
import type { LocatedVisual } from '../../../src/engine/compositor/render-plan.js';
import { requireMemory } from '../../../src/engine/require-memory.js';
import { compose } from '../../support/timeline.js';

const MIB = 1024 ** 2;

describe('a clip that plays backwards', () => {
  it('is refused where the frames that are held have no room in memory, by its field', () => {
    const visuals = new Map([['v', { details: { width: 1920, height: 1080 } } as unknown as LocatedVisual]]);
    const requireRoom = (reverse: boolean, bytes: number) => {
      const tracks = [{ clips: [{ video: { uri: 'v', reverse } }] }];
      const timeline = { canvas: { width: 320, height: 180 }, tracks };
      requireMemory(compose(timeline, { visual: { v: 10 } }).composition, { visuals }, bytes);
    };
    requireRoom(false, 200 * MIB);
    requireRoom(true, 300 * MIB);
    const failure = { reason: 'MEMORY_LIMIT_EXCEEDED', field: 'spec.timeline.tracks[0].clips[0].video.uri' };
    expect(() => {
      requireRoom(true, 200 * MIB);
    }).toThrow(expect.objectContaining({ failure: expect.objectContaining(failure) as object }) as Error);
  });
});
