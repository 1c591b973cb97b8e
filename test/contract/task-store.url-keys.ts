import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/task/ports/store.js';
import { openUrlKeys, URL_KEYS_NAME } from '../../src/task/url-keys.js';
import { useStore, type StoreKind } from './store-under-test.js';

/** Secrets that are replaced, and the keys of URLs, which are. */
export function describeUrlKeys(kind: StoreKind): void {
  describe('url keys', () => {
    const at = useStore(kind);

    it('replaces a secret once: of several at the same time one, and none that the store no longer has', async () => {
      const from = await at.store.secret('signing');
      const next = [Buffer.alloc(72, 1), Buffer.alloc(32, 2), Buffer.alloc(40, 3)];
      const replaced = await Promise.all(next.map((to) => at.store.replaceSecret('signing', from, to)));
      expect(replaced.filter(Boolean)).toHaveLength(1);
      expect(await at.store.secret('signing')).toEqual(next[replaced.indexOf(true)]);
      expect(await at.store.replaceSecret('signing', from, Buffer.alloc(32, 4))).toBe(false);
      expect(await at.store.replaceSecret('never made', from, from)).toBe(false);
    });

    it('rotates the keys of URLs for all processes: URLs of both keys open everywhere at once, and those of the old one only until its end', async () => {
      const clock = { nowMs: () => nowMs };
      let nowMs = 1_700_000_000_000;
      const open = (store: Store) => openUrlKeys({ store, clock, randomBytes, longestLifeMs: 7_200_000 });
      // Where one process alone may have the store, its second view.
      const other = kind.shared ? await at.open() : at.store;
      const [here, there] = [await open(at.store), await open(other)];
      const first = here.current();
      expect(there.current()).toEqual(first);
      expect(await here.rotate({ endOldKeys: false })).toBe(nowMs + 7_200_000);
      await there.refresh();
      expect(there.current()).toEqual(here.current());
      expect(there.current()).not.toEqual(first);
      expect(there.accepted()).toEqual([here.current(), first]);
      await expect(there.rotate({ endOldKeys: false })).rejects.toMatchObject({
        detail: { reason: 'URL_KEY_STILL_VALID' },
      });
      nowMs += 7_200_000;
      expect(there.accepted()).toEqual([here.current()]);
      await there.refresh();
      // It is not even stored.
      expect(await at.store.secret(URL_KEYS_NAME)).toEqual(here.current());
    });
  });
}
