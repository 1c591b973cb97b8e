import type { ApiKey } from '../api-key.js';

/** Which keys to list. */
export interface ApiKeyQuery {
  /** Null: those of all tenants. */
  readonly tenant: string | null;
  /** Only keys of a higher id; null: from the first. */
  readonly afterId: string | null;
  readonly limit: number;
}

/** The API keys. Methods reject as those of `TaskStore`; a key that was changed is so for every process on the store from then on. */
export interface ApiKeyStore {
  /** Keeps a new key. It survives a crash once this has resolved. */
  putApiKey(key: ApiKey): Promise<void>;

  /** The newest acknowledged state of a key, or null. */
  getApiKey(id: string): Promise<ApiKey | null>;

  /** Keys by their ids, lowest first; also those that are revoked. */
  apiKeys(query: ApiKeyQuery): Promise<readonly ApiKey[]>;

  /** Revokes a key; the first time stays. @returns it as it is then; null: there is none. */
  revokeApiKey(id: string, timeMs: number): Promise<ApiKey | null>;

  /** Notes that a key was used; an earlier time than the one that is noted changes nothing, and neither does an unknown id. */
  noteApiKeyUse(id: string, timeMs: number): Promise<void>;
}
