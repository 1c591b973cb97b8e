import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { CallError } from '../task/call-error.js';
import { isScope, isTenant } from '../task/caller.js';
import type { Checks } from './authenticator.js';
import type { ReloadedFile } from '../shared/reloaded-file.js';
import type { Verified } from './sessions.js';

export interface JwtSettings {
  readonly issuer: string;
  readonly audience: string;
  /** The only ones that count, whatever a token says of itself. */
  readonly algorithms: readonly string[];
  /** By how much the clocks of issuer and service may differ. */
  readonly leewayS: number;
  /** The names of the claims that hold tenant and scopes. */
  readonly tenantClaim: string;
  readonly scopesClaim: string;
}

/** A new key is fetched when a token names it, at most so often; a key that was withdrawn counts for at most the second time. */
const COOLDOWN_MS = 10_000;
const MAX_AGE_MS = 300_000;
const FETCH_TIMEOUT_MS = 5_000;

/** The public keys of an issuer, fetched when they are needed. */
export function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    timeoutDuration: FETCH_TIMEOUT_MS,
  });
}

/** The public keys in a file. */
export function keysInFile(file: ReloadedFile<JWTVerifyGetKey>): JWTVerifyGetKey {
  return (header, token) => file.current()(header, token);
}

/** @throws Error, for people, when a text is no JWKS. */
export function parseJwks(text: string): JWTVerifyGetKey {
  return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
}

/** Looks at JSON Web Tokens: signature, issuer, audience and times. */
export function createJwtCheck(settings: JwtSettings, keys: JWTVerifyGetKey): NonNullable<Checks['jwt']> {
  const options = {
    issuer: settings.issuer,
    audience: settings.audience,
    algorithms: [...settings.algorithms],
    clockTolerance: settings.leewayS,
    requiredClaims: ['exp', 'sub'],
  };
  return async (text) => {
    try {
      const { payload } = await jwtVerify(text, keys, options);
      return verifiedOf(payload, settings);
    } catch (error) {
      if (isFault(error)) return null;
      throw new CallError({ reason: 'AUTHENTICATION_UNAVAILABLE' }, { cause: error });
    }
  };
}

/** Whether the token is at fault, and not the way to its issuer's keys. */
function isFault(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    // Said of an answer that is not 200.
    error.code !== 'ERR_JOSE_GENERIC'
  );
}

function verifiedOf(payload: JWTPayload, { tenantClaim, scopesClaim, leewayS }: JwtSettings): Verified | null {
  const { [tenantClaim]: tenant, [scopesClaim]: scopes, sub, exp } = payload;
  if (typeof tenant !== 'string' || !isTenant(tenant) || sub === undefined || exp === undefined) return null;
  // Tokens have scopes for other services too.
  const names: unknown[] = typeof scopes === 'string' ? scopes.split(' ') : Array.isArray(scopes) ? scopes : [];
  const known = names.filter((name) => typeof name === 'string').filter(isScope);
  return { caller: { tenant, scopes: known, principal: `sub:${sub}` }, expireTimeMs: (exp + leewayS) * 1000 };
}
