import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionRequest, InspectionStore } from '../../src/task/ports/inspection-store.js';
import type { Store } from '../../src/task/ports/store.js';
import { LONG_MS, type StoreKind } from './store-under-test.js';

const TTL = { ttlMs: LONG_MS };
/** Texts that a pipeline of MongoDB would take for fields. */
const requestOf = (id: string): InspectionRequest => ({ id, tenant: '$tenant', kind: 'PROBE', text: '$$ROOT' });
const workerOf = (owner: string, leaseMs = LONG_MS) => ({ owner, claimId: randomUUID(), leaseMs });

/** What every store of inspections does, whatever it keeps them in. */
export function describeInspectionStore(kind: StoreKind, options: { skip?: boolean } = {}): void {
  describe.skipIf(options.skip)(`${kind.name}: inspections that workers do for others`, () => {
    let data: Awaited<ReturnType<StoreKind['makeData']>>;
    let store: Store;
    let inspections: InspectionStore;
    beforeEach(async () => {
      data = await kind.makeData();
      store = await data.open();
      inspections = store.inspections!;
    });
    afterEach(async () => {
      await store.close();
      await data.destroy();
    });

    it('are taken by one of many, as they were asked', async () => {
      await inspections.ask(requestOf('a'), TTL);
      await inspections.ask(requestOf('a'), TTL);
      const claims = await Promise.all(['$w', 'x', 'y', 'z'].map((owner) => inspections.claim(workerOf(owner))));
      expect(claims.flatMap((claim) => (claim ? [claim.request] : []))).toEqual([requestOf('a')]);
      expect(await inspections.look('a')).toEqual({ isTaken: true, answer: null });
      expect(await inspections.claim(workerOf('x'))).toBeNull();
    });

    it('are answered by their claim alone, once', async () => {
      await inspections.ask(requestOf('a'), TTL);
      const claim = (await inspections.claim(workerOf('x')))!;
      const other = { ...claim, claimId: randomUUID() };
      expect([await inspections.answer(other, 'no'), await inspections.renew(other, { leaseMs: LONG_MS })]).toEqual([
        false,
        false,
      ]);
      expect(await inspections.renew(claim, { leaseMs: LONG_MS })).toBe(true);
      expect(await inspections.answer(claim, '$answer')).toBe(true);
      expect(await inspections.answer(claim, 'again')).toBe(false);
      await inspections.giveBack(claim);
      expect(await inspections.look('a')).toEqual({ isTaken: false, answer: '$answer' });
      expect(await inspections.claim(workerOf('y'))).toBeNull();
    });

    it('are another’s when they are given back, or when they are looked at after their lease has ended', async () => {
      await inspections.ask(requestOf('a'), TTL);
      const first = (await inspections.claim(workerOf('x')))!;
      await inspections.giveBack(first);
      const second = (await inspections.claim(workerOf('y', 0)))!;
      expect(await inspections.answer(first, 'late')).toBe(false);
      expect(await inspections.look('a')).toEqual({ isTaken: false, answer: null });
      expect(await inspections.answer(second, 'late')).toBe(false);
      const third = (await inspections.claim(workerOf('x')))!;
      expect(await inspections.answer(third, 'in time')).toBe(true);
    });

    it('are gone with their asker, and after their time', async () => {
      await inspections.ask(requestOf('a'), TTL);
      const claim = (await inspections.claim(workerOf('x')))!;
      await inspections.remove('a');
      await inspections.remove('a');
      expect([await inspections.look('a'), await inspections.renew(claim, { leaseMs: LONG_MS })]).toEqual([
        null,
        false,
      ]);
      expect(await inspections.answer(claim, 'for nobody')).toBe(false);
      await inspections.ask(requestOf('b'), { ttlMs: 0 });
      expect(await inspections.claim(workerOf('x'))).toBeNull();
    });

    it('are announced: when they are open, answered and gone', async () => {
      const heard: string[] = [];
      const expectHeard = (...changes: string[]) =>
        vi.waitFor(
          () => {
            expect(heard).toEqual(changes);
          },
          { timeout: 30_000, interval: 10 },
        );
      await untilFollowed(inspections);
      const end = inspections.follow({
        onChange: (id, state) => {
          if (id !== 'first') heard.push(`${id} ${state}`);
        },
        onGap: () => undefined,
      });
      await inspections.ask(requestOf('a'), TTL);
      const claim = (await inspections.claim(workerOf('x')))!;
      await inspections.renew(claim, { leaseMs: LONG_MS });
      await inspections.giveBack(claim);
      await inspections.answer((await inspections.claim(workerOf('x')))!, 'yes');
      await inspections.remove('a');
      await expectHeard('a OPEN', 'a OPEN', 'a ANSWERED', 'a GONE');
      end();
      await inspections.ask(requestOf('b'), TTL);
      await expectHeard('a OPEN', 'a OPEN', 'a ANSWERED', 'a GONE');
    });
  });
}

/** A store may open its feed after itself, and tells of a gap then. */
async function untilFollowed(inspections: InspectionStore): Promise<void> {
  let isHeard = false;
  const end = inspections.follow({
    onChange: () => (isHeard = true),
    onGap: () => (isHeard = true),
  });
  await vi.waitFor(
    async () => {
      await inspections.ask(requestOf('first'), TTL);
      await inspections.remove('first');
      expect(isHeard).toBe(true);
    },
    { timeout: 30_000, interval: 50 },
  );
  end();
}
