import { type Access, ANYONE, type Caller } from './caller.js';
import { CallError } from './call-error.js';

/** What a call shows to say who makes it. */
export interface Credentials {
  /** An API key or a token; null: none. */
  readonly token: string | null;
  /** Of the connection, and proved by it; null: none. */
  readonly certificate: ClientCertificate | null;
}

/** A certificate that its authority has signed. */
export interface ClientCertificate {
  /** Such as `CN=studio` and `O=Acme`, in the order of the certificate. */
  readonly subject: readonly string[];
  /** Its other names, such as `DNS:studio.acme` or `URI:spiffe://acme/studio`. */
  readonly names: readonly string[];
  /** When it ends. */
  readonly validToMs: number;
}

/** Credentials that were found to be good; the same for all their calls. */
export interface Session {
  readonly caller: Caller;
  /**
   * Calls back once when the credentials have ended: they expired, or were revoked, at most 5 s ago.
   * @returns ends that. Idempotent.
   */
  hold(onOver: () => void): () => void;
}

/** Finds out who makes a call. */
export interface Authenticator {
  /**
   * A synchronous answer costs a call no turn of the event loop.
   * @throws CallError UNAUTHENTICATED, whatever was wrong; STORE_UNAVAILABLE, AUTHENTICATION_UNAVAILABLE.
   */
  authenticate(credentials: Credentials): Session | Promise<Session>;
}

/** A session that never ends. */
export function endlessSession(caller: Caller): Session {
  return { caller, hold: () => () => undefined };
}

export const ANYONES_SESSION = endlessSession(ANYONE);

/** @throws CallError SCOPE_MISSING. */
export function requireAccess({ scopes }: Caller, access: Access): void {
  if (access !== 'open' && access !== 'identified' && !scopes.includes(access))
    throw new CallError({ reason: 'SCOPE_MISSING', scope: access });
}
