import { readFile } from 'node:fs/promises';
import { createApiKeyCheck, createBootstrapKeyCheck } from '../auth/api-keys.js';
import { type Checks, createAuthenticator } from '../auth/authenticator.js';
import { createCertificateCheck, parseSubjects } from '../auth/certificates.js';
import { openReloadedFile, type ReloadedFile } from '../shared/reloaded-file.js';
import { createSessions } from '../auth/sessions.js';
import type { AuthSettings } from '../config/auth.js';
import type { Authenticator } from '../task/authenticator.js';
import type { Clock } from '../task/ports/clock.js';
import type { ApiKeyStore } from '../task/ports/api-key-store.js';

export interface AuthenticatorDeps {
  readonly store: ApiKeyStore;
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  readonly onError: (message: string, cause: unknown) => void;
}

/** Puts authentication together. @throws Error, for people, when a file of it cannot be used. */
export async function openAuthenticator(
  { keys, bootstrapKey, jwt, subjects }: AuthSettings,
  { store, clock, onError }: AuthenticatorDeps,
): Promise<{ readonly authenticator: Authenticator; readonly close: () => void }> {
  const closers: (() => void)[] = [];
  const open: OpenFile = async (name, file, parse) => {
    const reloaded = await openReloadedFile({ name, file, parse }, onError);
    closers.push(() => {
      reloaded.close();
    });
    return reloaded;
  };
  const nowMs = () => clock.nowMs();
  const sessions = createSessions({ nowMs, monotonicMs: () => clock.monotonicMs() });
  closers.push(() => {
    sessions.close();
  });
  const close = () => {
    for (const closer of closers) closer();
  };
  try {
    const bootstrap = bootstrapKey === null ? null : await readBootstrapKey(bootstrapKey);
    const named = subjects === null ? null : await open('CUTROOM_MTLS_SUBJECTS', subjects, parseSubjects);
    const checks = {
      key: keys ? createApiKeyCheck({ store, nowMs, onError }) : null,
      bootstrapKey: bootstrap === null ? null : createBootstrapKeyCheck(bootstrap),
      jwt: jwt === null ? null : await openJwtCheck(jwt, open),
      certificate: named === null ? null : createCertificateCheck(named),
    };
    return { authenticator: createAuthenticator(checks, sessions), close };
  } catch (error) {
    close();
    throw error;
  }
}

type OpenFile = <T>(name: string, file: string, parse: (text: string) => T) => Promise<ReloadedFile<T>>;

/** Loads what knows tokens, which not every service needs. */
async function openJwtCheck(jwt: NonNullable<AuthSettings['jwt']>, open: OpenFile): Promise<Checks['jwt']> {
  const { createJwtCheck, keysInFile, parseJwks, remoteKeys } = await import('../auth/jwt.js');
  const { jwks } = jwt;
  return createJwtCheck(
    jwt,
    'url' in jwks ? remoteKeys(jwks.url) : keysInFile(await open('CUTROOM_JWT_JWKS', jwks.file, parseJwks)),
  );
}

async function readBootstrapKey(key: NonNullable<AuthSettings['bootstrapKey']>): Promise<string> {
  if ('text' in key) return key.text;
  const text = await readFile(key.file, 'utf8').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Error(`CUTROOM_BOOTSTRAP_KEY_FILE=${key.file} cannot be read (${code})`, { cause: error });
  });
  if (/^[A-Za-z0-9._~-]{32,}$/.test(text.trim())) return text.trim();
  throw new Error(
    `CUTROOM_BOOTSTRAP_KEY_FILE=${key.file} must hold at least 32 letters, digits and characters of -._~, and nothing else`,
  );
}
