import { describe, expect, it } from 'vitest';
import { type ApiKey, newApiKey } from '../../src/task/api-key.js';
import { randomBytes } from 'node:crypto';
import { type StoreKind, useStore } from './store-under-test.js';

function newKey(changes: Partial<ApiKey> = {}): ApiKey {
  const order = { name: 'Studio “1”', tenant: 'acme', scopes: ['tasks.read' as const], expireTimeMs: 5_000 };
  return { ...newApiKey(order, { random: randomBytes(32), nowMs: 1_000 }).key, ...changes };
}

/** What every store must do with API keys. */
export function describeApiKeys(kind: StoreKind): void {
  describe('API keys', () => {
    const at = useStore(kind);

    it('keeps a key with everything in it, and knows no other', async () => {
      const [one, other] = [newKey(), newKey({ expireTimeMs: null, scopes: [] })];
      await at.store.putApiKey(one);
      await at.store.putApiKey(other);
      expect(await at.store.getApiKey(one.id)).toEqual(one);
      expect(await at.store.getApiKey(other.id)).toEqual(other);
      expect(await at.store.getApiKey('0123456789abcdef')).toBeNull();
    });

    it('lists keys by id in pages, of one tenant or of all', async () => {
      const keys = [...['3', '1', '2'].map((id) => newKey({ id })), newKey({ id: '4', tenant: 'other' })];
      for (const key of keys) await at.store.putApiKey(key);
      const ids = async (query: { tenant: string | null; afterId: string | null; limit: number }) =>
        (await at.store.apiKeys(query)).map(({ id }) => id);
      expect(await ids({ tenant: null, afterId: null, limit: 10 })).toEqual(['1', '2', '3', '4']);
      expect(await ids({ tenant: 'acme', afterId: null, limit: 10 })).toEqual(['1', '2', '3']);
      expect(await ids({ tenant: null, afterId: '1', limit: 2 })).toEqual(['2', '3']);
      expect(await ids({ tenant: 'nobody', afterId: null, limit: 10 })).toEqual([]);
    });

    it('revokes a key once: the first time stays', async () => {
      const key = newKey();
      await at.store.putApiKey(key);
      expect(await at.store.revokeApiKey(key.id, 2_000)).toEqual({ ...key, revokeTimeMs: 2_000 });
      expect(await at.store.revokeApiKey(key.id, 3_000)).toEqual({ ...key, revokeTimeMs: 2_000 });
      expect(await at.store.getApiKey(key.id)).toEqual({ ...key, revokeTimeMs: 2_000 });
      expect(await at.store.revokeApiKey('0123456789abcdef', 2_000)).toBeNull();
    });

    it('notes the latest use, of known keys only, and changes nothing else', async () => {
      const key = newKey();
      await at.store.putApiKey(key);
      for (const timeMs of [2_000, 4_000, 3_000]) await at.store.noteApiKeyUse(key.id, timeMs);
      await at.store.noteApiKeyUse('0123456789abcdef', 2_000);
      expect(await at.store.apiKeys({ tenant: null, afterId: null, limit: 10 })).toEqual([
        { ...key, lastUseTimeMs: 4_000 },
      ]);
    });

    it.skipIf(!kind.durable)('has keys and revocations when it is opened again', async () => {
      const [kept, revoked] = [newKey(), newKey()];
      for (const key of [kept, revoked]) await at.store.putApiKey(key);
      await at.store.revokeApiKey(revoked.id, 2_000);
      await at.store.close();
      const again = await at.open();
      expect(await again.getApiKey(kept.id)).toEqual(kept);
      expect(await again.getApiKey(revoked.id)).toEqual({ ...revoked, revokeTimeMs: 2_000 });
    });

    it.skipIf(!kind.shared)('shows a revocation to every other process at once', async () => {
      const key = newKey();
      const other = await at.open();
      await at.store.putApiKey(key);
      await other.revokeApiKey(key.id, 2_000);
      expect(await at.store.getApiKey(key.id)).toEqual({ ...key, revokeTimeMs: 2_000 });
    });

    it('rejects once it is closed', async () => {
      const key = newKey();
      await at.store.close();
      const calls = [
        at.store.putApiKey(key),
        at.store.getApiKey(key.id),
        at.store.apiKeys({ tenant: null, afterId: null, limit: 1 }),
        at.store.revokeApiKey(key.id, 1),
        at.store.noteApiKeyUse(key.id, 1),
      ];
      for (const call of calls) await expect(call).rejects.toMatchObject({ detail: { reason: 'STORE_UNAVAILABLE' } });
    });
  });
}
