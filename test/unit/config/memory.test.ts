import { describe, expect, it } from 'vitest';
import { shareMemory, thisMachine } from '../../../src/config/memory.js';
import { toConfig } from '../../../src/config/config.js';

const GIB = 1024 ** 3;

describe('the shares of memory', () => {
  it.each(
    [1, 2, 4, 8, 16, 64, 512].flatMap((gib) =>
      [1, 2, 8].filter((slots) => slots <= gib).map((slots) => [gib, slots] as const),
    ),
  )('fit %i GiB with %i slots', (gib, slots) => {
    for (const cores of [1, 2, 64]) {
      const machine = { memoryBytes: gib * GIB, cores };
      const { renders, inspections } = shareMemory({ slots, renderBytes: null, cores: null }, machine);
      expect(inspections.atOnce).toBeLessThanOrEqual(cores);
      expect(renders.atOnce).toBeGreaterThanOrEqual(slots);
      expect(renders.atOnce).toBeLessThanOrEqual(Math.max(slots, cores));
      expect(renders.bytes * renders.atOnce + inspections.bytes * inspections.atOnce).toBeLessThanOrEqual(gib * GIB);
      expect(renders.room.cores).toBe(Math.max(slots, cores));
      expect(renders.room.bytes + inspections.bytes * inspections.atOnce).toBeLessThanOrEqual(gib * GIB);
      // Each render has room for one process of the most memory.
      expect(renders.room.bytes).toBeGreaterThanOrEqual(slots * renders.bytes);
      // A machine that is large enough is used.
      if (gib >= 16) expect(renders.bytes * renders.atOnce).toBeGreaterThan(gib * GIB * 0.6);
    }
  });

  it('leave the limit of the operator as it is', () => {
    const shares = shareMemory({ slots: 2, renderBytes: 3 * GIB, cores: null }, { memoryBytes: 8 * GIB, cores: 4 });
    expect(shares).toEqual({
      renders: { atOnce: 2, bytes: 3 * GIB, room: { cores: 4, bytes: 6 * GIB } },
      inspections: { atOnce: 1, bytes: GIB },
    });
  });

  it('are the default of CUTROOM_MEMORY_MB, for this machine', () => {
    const { renders, slots, inspections } = toConfig({ CUTROOM_SLOTS: '3' });
    expect({ renders, inspections }).toEqual(shareMemory({ slots, renderBytes: null, cores: null }, thisMachine()));
    expect(toConfig({ CUTROOM_CORES: '7' }).renders.room.cores).toBe(7);
    expect(toConfig({ CUTROOM_MEMORY_MB: '100' }).renders.bytes).toBe(100 * 1024 ** 2);
  });
});
