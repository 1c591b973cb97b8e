import { hash } from 'node:crypto';
import type { Authenticator, ClientCertificate, Credentials } from '../task/authenticator.js';
import { CallError } from '../task/call-error.js';
import type { Sessions, Verified } from './sessions.js';

/** The ways to look at credentials that this service has; null: not that one. @returns null: they are not valid. */
export interface Checks {
  readonly key: ((text: string) => Promise<Verified | null>) | null;
  readonly bootstrapKey: ((text: string) => Verified | null) | null;
  readonly jwt: ((text: string) => Promise<Verified | null>) | null;
  readonly certificate: ((certificate: ClientCertificate) => Verified | null) | null;
}

/** Finds out who makes a call: by its key or token; without one, by the certificate of its connection. */
export function createAuthenticator(checks: Checks, sessions: Sessions): Authenticator {
  async function verifyToken(text: string): Promise<Verified | null> {
    const bootstrap = checks.bootstrapKey?.(text) ?? null;
    if (bootstrap !== null) return bootstrap;
    if (text.startsWith('ck_')) return (await checks.key?.(text)) ?? null;
    return (await checks.jwt?.(text)) ?? null;
  }

  return {
    authenticate({ token, certificate }: Credentials) {
      // By its hash: how long a look-up takes says nothing of the tokens that are there.
      if (token !== null) return sessions.of(hashOf(token), () => verifyToken(token));
      const { certificate: check } = checks;
      if (certificate === null || check === null) throw new CallError({ reason: 'UNAUTHENTICATED' });
      return sessions.of(JSON.stringify(certificate), () => check(certificate));
    },
  };
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64');
}
