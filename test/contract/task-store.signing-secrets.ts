import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newSigningSecret, type SigningSecret } from '../../src/task/signing-secret.js';
import { type StoreKind, useStore } from './store-under-test.js';

function newSecret(changes: Partial<SigningSecret> = {}): SigningSecret {
  const order = { name: 'Studio “1”', tenant: 'acme' };
  return { ...newSigningSecret(order, { random: randomBytes(40), nowMs: 1_000 }), ...changes };
}

/** What every store must do with the secrets that sign deliveries. */
export function describeSigningSecrets(kind: StoreKind): void {
  describe('signing secrets', () => {
    const at = useStore(kind);

    it('keeps a secret with its text, and knows no other', async () => {
      const one = newSecret();
      await at.store.putSigningSecret(one);
      expect(await at.store.getSigningSecret(one.id)).toEqual(one);
      expect(await at.store.getSigningSecret('0123456789abcdef')).toBeNull();
    });

    it('lists secrets by id in pages, of one tenant or of all', async () => {
      const secrets = [...['3', '1', '2'].map((id) => newSecret({ id })), newSecret({ id: '4', tenant: 'other' })];
      for (const secret of secrets) await at.store.putSigningSecret(secret);
      const ids = async (query: { tenant: string | null; afterId: string | null; limit: number }) =>
        (await at.store.signingSecrets(query)).map(({ id }) => id);
      expect(await ids({ tenant: null, afterId: null, limit: 10 })).toEqual(['1', '2', '3', '4']);
      expect(await ids({ tenant: 'acme', afterId: null, limit: 10 })).toEqual(['1', '2', '3']);
      expect(await ids({ tenant: null, afterId: '1', limit: 2 })).toEqual(['2', '3']);
      expect(await ids({ tenant: 'nobody', afterId: null, limit: 10 })).toEqual([]);
    });

    it('revokes a secret once and erases its text', async () => {
      const secret = newSecret();
      await at.store.putSigningSecret(secret);
      const revoked = { ...secret, text: '', revokeTimeMs: 2_000 };
      expect(await at.store.revokeSigningSecret(secret.id, 2_000)).toEqual(revoked);
      expect(await at.store.revokeSigningSecret(secret.id, 3_000)).toEqual(revoked);
      expect(await at.store.revokeSigningSecret('0123456789abcdef', 2_000)).toBeNull();
    });

    it.skipIf(!kind.durable)('has secrets and revocations when it is opened again', async () => {
      const [kept, revoked] = [newSecret(), newSecret()];
      for (const secret of [kept, revoked]) await at.store.putSigningSecret(secret);
      await at.store.revokeSigningSecret(revoked.id, 2_000);
      await at.store.close();
      const again = await at.open();
      expect(await again.getSigningSecret(kept.id)).toEqual(kept);
      expect(await again.getSigningSecret(revoked.id)).toEqual({ ...revoked, text: '', revokeTimeMs: 2_000 });
    });

    it('rejects once it is closed', async () => {
      await at.store.close();
      const calls = [
        at.store.putSigningSecret(newSecret()),
        at.store.getSigningSecret('0'),
        at.store.signingSecrets({ tenant: null, afterId: null, limit: 1 }),
        at.store.revokeSigningSecret('0', 1),
      ];
      for (const call of calls) await expect(call).rejects.toMatchObject({ detail: { reason: 'STORE_UNAVAILABLE' } });
    });
  });
}
