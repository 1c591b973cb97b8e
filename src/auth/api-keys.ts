import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiKey, apiKeyIdIn, callerOf, isApiKeyValid, LAST_USE_STEP_MS } from '../task/api-key.js';
import { DEFAULT_TENANT } from '../task/caller.js';
import type { ApiKeyStore } from '../task/ports/api-key-store.js';
import type { Checks } from './authenticator.js';

export interface ApiKeyCheckOptions {
  readonly store: Pick<ApiKeyStore, 'getApiKey' | 'noteApiKeyUse'>;
  readonly nowMs: () => number;
  /** Called when the use of a key could not be noted. */
  readonly onError: (message: string, cause: unknown) => void;
}

/** Looks keys up in the store. */
export function createApiKeyCheck({ store, nowMs, onError }: ApiKeyCheckOptions): NonNullable<Checks['key']> {
  function noteUse({ id, lastUseTimeMs }: ApiKey): void {
    if (lastUseTimeMs !== null && nowMs() - lastUseTimeMs < LAST_USE_STEP_MS) return;
    store.noteApiKeyUse(id, nowMs()).catch((error: unknown) => {
      onError('the use of an API key could not be noted', error);
    });
  }
  return async (text) => {
    const id = apiKeyIdIn(text);
    const key = id === null ? null : await store.getApiKey(id);
    if (key === null || !isApiKeyValid(key, text, nowMs())) return null;
    noteUse(key);
    return { caller: callerOf(key), expireTimeMs: key.expireTimeMs };
  };
}

/** One key of the operator's, by which the first others are made: it can do nothing else. It is stored nowhere. */
export function createBootstrapKeyCheck(bootstrapKey: string): NonNullable<Checks['bootstrapKey']> {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(bootstrapKey);
  const caller = { tenant: DEFAULT_TENANT, scopes: ['admin'], principal: 'bootstrap-key' } as const;
  return (text) => (timingSafeEqual(digest(text), wanted) ? { caller, expireTimeMs: null } : null);
}
