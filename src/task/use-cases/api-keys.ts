import type { Violation } from '../../composition/violation.js';
import { type ApiKey, type ApiKeyOrder, newApiKey } from '../api-key.js';
import { isTenant, TENANT_FORM } from '../caller.js';
import { CallError } from '../call-error.js';
import type { ApiKeyStore } from '../ports/api-key-store.js';
import type { Clock } from '../ports/clock.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;
const MAX_NAME_CHARACTERS = 100;
const TOKEN = /^[0-9a-f]{16}$/;

export interface ListApiKeysQuery {
  /** Null: of all. */
  readonly tenant: string | null;
  /** 0: 100. More than 1000 is taken as 1000. */
  readonly pageSize: number;
  /** Empty: the first page. */
  readonly pageToken: string;
}

/** The use-cases of those who manage API keys. */
export interface ApiKeyUseCases {
  /** @returns the key, and its text, which nobody sees again. @throws CallError INVALID_REQUEST, STORE_UNAVAILABLE. */
  create(order: ApiKeyOrder): Promise<{ readonly key: ApiKey; readonly text: string }>;
  /** @throws CallError INVALID_REQUEST, STORE_UNAVAILABLE. */
  list(query: ListApiKeysQuery): Promise<{ readonly keys: readonly ApiKey[]; readonly nextPageToken: string }>;
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

    async list({ tenant, pageSize, pageToken }) {
      const violations: Violation[] = [];
      if (pageSize < 0) violations.push({ field: 'page_size', description: 'must not be negative' });
      if (pageToken !== '' && !TOKEN.test(pageToken))
        violations.push({ field: 'page_token', description: 'is not a token that this service has given out' });
      refuse(violations);
      const limit = Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE);
      // One more than asked for shows whether there is a next page.
      const found = await store.apiKeys({ tenant, afterId: pageToken === '' ? null : pageToken, limit: limit + 1 });
      const keys = found.slice(0, limit);
      return { keys, nextPageToken: found.length > limit ? (keys.at(-1)?.id ?? '') : '' };
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
  const violations: Violation[] = [];
  const length = Array.from(name).length;
  if (length < 1 || length > MAX_NAME_CHARACTERS || /\p{Cc}/u.test(name))
    violations.push({
      field: 'api_key.display_name',
      description: `must have 1 to ${MAX_NAME_CHARACTERS} characters, in one line`,
    });
  if (!isTenant(tenant)) violations.push({ field: 'api_key.tenant', description: TENANT_FORM });
  if (scopes.length === 0) violations.push({ field: 'api_key.scopes', description: 'must have at least one scope' });
  if (expireTimeMs !== null && !(expireTimeMs > nowMs))
    violations.push({ field: 'api_key.expire_time', description: 'must be in the future' });
  return violations;
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new CallError({ reason: 'INVALID_REQUEST', violations });
}
