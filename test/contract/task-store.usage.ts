import { describe, expect, it } from 'vitest';
import { utcDayOf } from '../../src/task/utc-day.js';
import { type StoreKind, useStore } from './store-under-test.js';

/** A day that is over may be removed at any moment. */
const TODAY = utcDayOf(Date.now());

/** What every store must do with the sums of days. */
export function describeUsage(kind: StoreKind): void {
  describe('usage', () => {
    const at = useStore(kind);
    const on = (tenant: string, day = TODAY) => at.store.pixelFramesOn({ tenant, day });
    const add = (amount: number, tenant = 'acme', day = TODAY) => at.store.addPixelFrames({ tenant, day }, amount);

    it('is the sum of a tenant and a day, also of sizes that are added at once, and of any size', async () => {
      expect(await on('acme')).toBe(0);
      await Promise.all(Array.from({ length: 20 }, (_, i) => add(i + 1)));
      await add(2 ** 40);
      await add(3_000_000_000);
      await add(7, 'briar');
      await add(5, 'acme', TODAY + 1);
      const sums = [await on('acme'), await on('briar'), await on('acme', TODAY + 1), await on('nobody')];
      expect(sums).toEqual([210 + 2 ** 40 + 3_000_000_000, 7, 5, 0]);
      for (let i = 0; i < 3; i++) await add(Number.MAX_SAFE_INTEGER);
      expect(await on('acme')).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    });

    it.runIf(kind.shared)('is counted for all processes together', async () => {
      const other = await at.open();
      await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 ? other : at.store).addPixelFrames({ tenant: 'acme', day: TODAY }, 10),
        ),
      );
      expect([await on('acme'), await other.pixelFramesOn({ tenant: 'acme', day: TODAY })]).toEqual([100, 100]);
    });

    it.skipIf(!kind.durable)('is there when it is opened again', async () => {
      await add(12);
      await at.store.close();
      expect(await (await at.open()).pixelFramesOn({ tenant: 'acme', day: TODAY })).toBe(12);
    });

    it('rejects once it is closed', async () => {
      await at.store.close();
      for (const call of [on('acme'), add(1)])
        await expect(call).rejects.toMatchObject({ detail: { reason: 'STORE_UNAVAILABLE' } });
    });
  });
}
