import type { Violation } from '../../composition/violation.js';
import { type ApiKey, type ApiKeyOrder, newApiKey } from '../api-key.js';
import { isTenant, TENANT_FORM } from '../caller.js';
import { CallError } from '../call-error.js';
import type { ApiKeyStore } from '../ports/api-key-store.js';
import type { Clock } from '../ports/clock.js';
import { type IdPageQuery, nameViolations, pageById, refuse } from './id-pages.js';

/** The use-cases of those who manage API keys. */
export interface ApiKeyUseCases {
  /** @returns the key, and its text, which nobody sees again. @throws CallError INVALID_REQUEST, STORE_UNAVAILABLE. */
  create(order: ApiKeyOrder): Promise<{ readonly key: ApiKey; readonly text: string }>;
  /** @throws CallError INVALID_REQUEST, STORE_UNAVAILABLE. */
  list(query: IdPageQuery): Promise<{ readonly keys: readonly ApiKey[]; readonly nextPageToken: string }>;
  /** @throws CallError API_KEY_NOT_FOUND, STORE_UNAVAILABLE. */
  revoke(id: string): Promise<ApiKey>;
}

export interface ApiKeyUseCaseDeps {
  readonly store: ApiKeyStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly randomBytes: (size: number) => Uint8Array;
}

export function createApiKeyUseCases({ store, clock, randomBytes }: ApiKeyUseCaseDeps): ApiKeyUseCases {
  return {
    async create(order) {
      refuse(violationsOf(order, clock.nowMs()));
      const made = newApiKey(
        { ...order, scopes: [...new Set(order.scopes)] },
        { random: randomBytes(32), nowMs: clock.nowMs() },
      );
      await store.putApiKey(made.key);
      return made;
    },

    async list(query) {
      const { items: keys, nextPageToken } = await pageById(query, (page) => store.apiKeys(page));
      return { keys, nextPageToken };
    },

    async revoke(id) {
      const key = await store.revokeApiKey(id, clock.nowMs());
      if (key === null) throw new CallError({ reason: 'API_KEY_NOT_FOUND', keyId: id });
      return key;
    },
  };
}

/** Of a service that takes no API keys. */
export const NO_API_KEYS: ApiKeyUseCases = {
  create: notSupported,
  list: notSupported,
  revoke: notSupported,
};

function notSupported(): Promise<never> {
  const action = 'manage API keys: it takes none; set CUTROOM_AUTH=keys';
  return Promise.reject(new CallError({ reason: 'NOT_SUPPORTED_HERE', action }));
}

function violationsOf({ name, tenant, scopes, expireTimeMs }: ApiKeyOrder, nowMs: number): Violation[] {
  const violations = nameViolations(name, 'api_key.display_name');
  if (!isTenant(tenant)) violations.push({ field: 'api_key.tenant', description: TENANT_FORM });
  if (scopes.length === 0) violations.push({ field: 'api_key.scopes', description: 'must have at least one scope' });
  if (expireTimeMs !== null && !(expireTimeMs > nowMs))
    violations.push({ field: 'api_key.expire_time', description: 'must be in the future' });
  return violations;
}
