import { CallError } from '../call-error.js';
import { isTenant, TENANT_FORM } from '../caller.js';
import type { Clock } from '../ports/clock.js';
import type { SigningSecretStore } from '../ports/signing-secret-store.js';
import { newSigningSecret, type SigningSecret } from '../signing-secret.js';
import { type IdPageQuery, nameViolations, pageById, refuse } from './id-pages.js';

/** A secret that may be shown. */
export type ShownSecret = Omit<SigningSecret, 'text'>;

/** The use-cases of those who manage the secrets that sign deliveries. */
export interface SigningSecretUseCases {
  /** @returns the secret with its text, which nobody sees again. @throws CallError INVALID_REQUEST, STORE_UNAVAILABLE. */
  create(order: Pick<SigningSecret, 'name' | 'tenant'>): Promise<SigningSecret>;
  /** @throws CallError INVALID_REQUEST, STORE_UNAVAILABLE. */
  list(query: IdPageQuery): Promise<{ readonly items: readonly ShownSecret[]; readonly nextPageToken: string }>;
  /** @throws CallError SIGNING_SECRET_NOT_FOUND, STORE_UNAVAILABLE. */
  revoke(id: string): Promise<ShownSecret>;
}

export interface SigningSecretUseCaseDeps {
  readonly store: SigningSecretStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly randomBytes: (size: number) => Uint8Array;
}

export function createSigningSecretUseCases({
  store,
  clock,
  randomBytes,
}: SigningSecretUseCaseDeps): SigningSecretUseCases {
  return {
    async create({ name, tenant }) {
      const violations = nameViolations(name, 'signing_secret.display_name');
      if (!isTenant(tenant)) violations.push({ field: 'signing_secret.tenant', description: TENANT_FORM });
      refuse(violations);
      const secret = newSigningSecret({ name, tenant }, { random: randomBytes(40), nowMs: clock.nowMs() });
      await store.putSigningSecret(secret);
      return secret;
    },

    list: (query) => pageById(query, (page) => store.signingSecrets(page)),

    async revoke(id) {
      const secret = await store.revokeSigningSecret(id, clock.nowMs());
      if (secret === null) throw new CallError({ reason: 'SIGNING_SECRET_NOT_FOUND', secretId: id });
      return secret;
    },
  };
}
