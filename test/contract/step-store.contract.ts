import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OfferedStep, StepClaim, StepNews, StepStore } from '../../src/task/ports/step-store.js';
import type { Store } from '../../src/task/ports/store.js';
import type { StoreKind } from './store-under-test.js';

const LONG = { leaseMs: 60_000 };
const task = { tenant: 'acme', id: 'a-task' };
const attempt = { task, fence: 3 };
/** A name and a hash that a pipeline of MongoDB would take for a field. */
const step: OfferedStep = { ...attempt, step: 'section 0.1', by: 'owner.$fence.1', hash: '$hash' };
const claimOf = (offered: OfferedStep, worker = '$worker'): StepClaim => ({
  ...offered,
  worker,
  claimId: randomUUID(),
});

/** What every store of steps does, whatever it keeps them in. */
export function describeStepStore(kind: StoreKind, options: { skip?: boolean } = {}): void {
  describe.skipIf(options.skip)(`${kind.name}: steps that workers do for each other`, () => {
    let data: Awaited<ReturnType<StoreKind['makeData']>>;
    let store: Store;
    let steps: StepStore;
    beforeEach(async () => {
      data = await kind.makeData();
      store = await data.open();
      steps = store.steps!;
    });
    afterEach(async () => {
      await store.close();
      await data.destroy();
    });

    const stateOf = async () => (await steps.ofAttempt(attempt)).map(({ state, worker }) => [state, worker]);

    it('are open to all but their owner, by attempt or without certain tasks', async () => {
      const other = { ...step, task: { tenant: 'acme', id: 'b-task' }, step: 'section 0.9' };
      await steps.offer([step, other]);
      await steps.offer([step]);
      expect(await steps.open(9, { notBy: step.by })).toEqual([]);
      expect(await steps.open(9, { notBy: 'x', attempt })).toEqual([step]);
      expect(await steps.open(9, { notBy: 'x', attempt: { task, fence: 4 } })).toEqual([]);
      expect(await steps.open(9, { notBy: 'x', except: [task] })).toEqual([other]);
      expect(await steps.open(1, { notBy: 'x' })).toHaveLength(1);
    });

    it('are taken by one of many, and stay as they are when they are offered again', async () => {
      await steps.offer([step]);
      const claims = ['a', 'b', 'c', 'd'].map((worker) => claimOf(step, worker));
      const taken = await Promise.all(claims.map((claim) => steps.claim(claim, LONG)));
      expect(taken.filter(Boolean)).toHaveLength(1);
      const { worker } = claims[taken.indexOf(true)]!;
      await steps.offer([step]);
      expect(await stateOf()).toEqual([['TAKEN', worker]]);
      expect(await steps.open(9, { notBy: 'x' })).toEqual([]);
    });

    it('are done by their claim alone', async () => {
      await steps.offer([step]);
      const claim = claimOf(step);
      expect(await steps.finish(claim)).toBe(false);
      await steps.claim(claim, LONG);
      expect(await steps.finish({ ...claim, claimId: 'another' })).toBe(false);
      expect(await steps.renew({ ...claim, claimId: 'another' }, { frames: 1, ...LONG })).toBe(false);
      expect(await steps.renew(claim, { frames: 7, ...LONG })).toBe(true);
      expect(await steps.finish(claim)).toBe(true);
      expect(await steps.ofAttempt(attempt)).toEqual([
        { ...attempt, step: step.step, state: 'DONE', worker: '$worker', frames: 7 },
      ]);
      expect(await steps.renew(claim, { frames: 8, ...LONG })).toBe(false);
    });

    it('are the owner’s again when nobody has taken them, when a lease has ended, or when the owner insists', async () => {
      const isBack = (from: 'OPEN' | 'LAPSED' | 'ANY') => steps.takeBack(step, { from });
      await steps.offer([step]);
      expect(await isBack('OPEN')).toBe(true);
      expect(await isBack('OPEN')).toBe(true);
      await steps.offer([step]);
      const claim = claimOf(step);
      await steps.claim(claim, LONG);
      expect([await isBack('OPEN'), await isBack('LAPSED')]).toEqual([false, false]);
      await steps.renew(claim, { frames: 0, leaseMs: 0 });
      expect(await isBack('LAPSED')).toBe(true);
      expect(await steps.finish(claim)).toBe(false);
      await steps.offer([step]);
      await steps.claim(claim, LONG);
      expect(await isBack('ANY')).toBe(true);
      await steps.offer([step]);
      await steps.claim(claim, LONG);
      await steps.finish(claim);
      expect([await isBack('OPEN'), await isBack('LAPSED'), await isBack('ANY')]).toEqual([false, false, false]);
    });

    it('are the owner’s when they are given back, and gone with their attempt and those before it', async () => {
      const later = { ...step, fence: 4 };
      await steps.offer([step]);
      const claim = claimOf(step);
      await steps.claim(claim, LONG);
      await steps.giveBack(claim);
      expect(await steps.ofAttempt(attempt)).toEqual([]);
      await steps.offer([step]);
      await steps.offer([later]);
      await steps.removeUpTo(attempt);
      expect(await steps.open(9, { notBy: 'x' })).toEqual([later]);
      await steps.removeUpTo({ task, fence: 4 });
      expect(await steps.open(9, { notBy: 'x' })).toEqual([]);
    });

    it('are announced to other workers, and each change to their owner alone', async () => {
      const news: StepNews[] = [];
      const heard = { offers: 0, others: 0 };
      const ends = await Promise.all([
        steps.follow({
          worker: step.by,
          onOffered: () => (heard.others += 1),
          onNews: (one) => news.push(one),
          onGap: () => undefined,
        }),
        steps.follow({
          worker: '$worker',
          onOffered: () => (heard.offers += 1),
          onNews: () => (heard.others += 1),
          onGap: () => undefined,
        }),
      ]);
      await steps.offer([step]);
      const claim = claimOf(step);
      await steps.claim(claim, LONG);
      await steps.renew(claim, { frames: 5, ...LONG });
      await steps.finish(claim);
      await steps.removeUpTo(attempt);
      await vi.waitFor(
        () => {
          expect(news.at(-1)?.state).toBe('GONE');
        },
        { timeout: 30_000, interval: 10 },
      );
      expect(news.map(({ state }) => state)).toEqual(['OPEN', 'TAKEN', 'TAKEN', 'DONE', 'GONE']);
      expect([news[1]!.worker, news[2]!.frames]).toEqual(['$worker', 5]);
      await vi.waitFor(
        () => {
          expect(heard).toEqual({ offers: 1, others: 0 });
        },
        { timeout: 30_000, interval: 10 },
      );
      for (const end of ends) end();
    });
  });
}
