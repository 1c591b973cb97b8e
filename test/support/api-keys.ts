import { randomBytes } from 'node:crypto';
import type { ApiOptions } from '../../src/api/api.js';
import { authenticateBy } from '../../src/api/chain/authenticate.js';
import { openAuthenticator } from '../../src/app/create-authenticator.js';
import { systemClock } from '../../src/app/system-clock.js';
import type { AuthSettings } from '../../src/config/auth.js';
import { newApiKey } from '../../src/task/api-key.js';
import { type Scope, SCOPES } from '../../src/task/caller.js';
import type { ApiKeyStore } from '../../src/task/ports/api-key-store.js';
import { createApiKeyUseCases } from '../../src/task/use-cases/api-keys.js';

export const KEYS_ONLY: AuthSettings = { keys: true, bootstrapKey: null, jwt: null, subjects: null };

/** The options of an API whose callers are authenticated as a service's are. */
export async function authenticated(
  store: ApiKeyStore,
  settings: AuthSettings = KEYS_ONLY,
): Promise<
  Pick<ApiOptions, 'authenticate' | 'keys'> & { readonly authenticate: NonNullable<ApiOptions['authenticate']> }
> {
  // A test that removes its files leaves a look at them under way.
  const onError = () => undefined;
  const { authenticator } = await openAuthenticator(settings, { store, clock: systemClock, onError });
  const keys = createApiKeyUseCases({ store, clock: systemClock, randomBytes });
  return { authenticate: authenticateBy(authenticator), keys };
}

/** Stores a key. @returns its text and id. */
export async function storeKey(
  store: ApiKeyStore,
  {
    tenant = 'acme',
    scopes = SCOPES,
    expireTimeMs = null,
  }: { tenant?: string; scopes?: readonly Scope[]; expireTimeMs?: number | null } = {},
): Promise<{ readonly text: string; readonly id: string }> {
  const order = { name: 'test', tenant, scopes, expireTimeMs };
  const { key, text } = newApiKey(order, { random: randomBytes(32), nowMs: Date.now() });
  await store.putApiKey(key);
  return { text, id: key.id };
}
