import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { LONG_MS, useStore, type StoreKind } from './store-under-test.js';

/** The lead among the processes that share a store, and the hints about it and about secrets. */
export function describeLead(kind: StoreKind): void {
  describe('lead', () => {
    const at = useStore(kind);

    it('is had by whoever asks where no other process has the store', async () => {
      if (kind.shared && at.store.signals !== null) return;
      expect(await at.store.lead('a', { leaseMs: LONG_MS })).toBe(true);
      expect(at.store.signals).toBeNull();
      await at.store.resign('a');
    });

    it('is had by one of several, until it resigns or its time is over', async () => {
      if (at.store.signals === null) return;
      const { store } = at;
      const asked = ['a', 'b', 'c'].map((owner) => store.lead(owner, { leaseMs: LONG_MS }));
      const has = await Promise.all(asked);
      expect(has.filter(Boolean)).toHaveLength(1);
      const holder = ['a', 'b', 'c'][has.indexOf(true)]!;
      expect(await store.lead(holder, { leaseMs: LONG_MS })).toBe(true);
      expect(await store.lead('$owner', { leaseMs: LONG_MS })).toBe(false);
      await store.resign('$owner');
      expect(await store.lead('$owner', { leaseMs: LONG_MS })).toBe(false);
      await store.resign(holder);
      expect(await store.lead('$owner', { leaseMs: 1 })).toBe(true);
      await eventually('its time is over', () => store.lead('d', { leaseMs: LONG_MS }));
    });

    it('tells every process of the lead, and of secrets that are replaced', async () => {
      if (at.store.signals === null) return;
      const [here, there] = [at.store, await at.open()];
      const heard: string[] = [];
      there.signals!.subscribe({
        onLead: (state) => heard.push(state),
        onSecret: () => heard.push('SECRET'),
        onGap: () => heard.push('GAP'),
      });
      await eventually('it hears', () => heard.includes('GAP'));
      heard.length = 0;
      await here.lead('a', { leaseMs: LONG_MS });
      const from = await here.secret('signing');
      await here.replaceSecret('signing', from, Buffer.alloc(32, 1));
      await here.resign('a');
      await eventually('all of it', () => heard.length >= 4);
      expect(heard).toEqual(['HELD', 'SECRET', 'SECRET', 'FREE']);
    });
  });
}
