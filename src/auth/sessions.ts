import { LRUCache } from 'lru-cache';
import type { Session } from '../task/authenticator.js';
import { CallError } from '../task/call-error.js';
import type { Caller } from '../task/caller.js';

/** The result of a look at credentials. */
export interface Verified {
  readonly caller: Caller;
  /** Null: they do not end by themselves. */
  readonly expireTimeMs: number | null;
}

/** Looks at credentials. @returns null: they are not valid. @throws CallError when that cannot be found out. */
export type Verify = () => Verified | null | Promise<Verified | null>;

export interface SessionsOptions {
  readonly nowMs: () => number;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

/** The credentials that were looked at lately, so that a poll costs no look, and a store no read for it. */
export interface Sessions {
  /**
   * The session of credentials.
   * @param key stands for all of them, and tells them from any others.
   * @throws CallError UNAUTHENTICATED; those of `verify`.
   */
  of(key: string, verify: Verify): Session | Promise<Session>;
  close(): void;
}

/** How long a look counts. With the next it is the time in which a revocation takes effect: below 5 s on every server. */
const FRESH_MS = 2_000;
/** How often the sessions of streams and long polls are looked at. */
const TICK_MS = 500;
const MAX_SESSIONS = 10_000;

export function createSessions({ nowMs, monotonicMs }: SessionsOptions): Sessions {
  const looks = new LRUCache<string, Look>({ max: MAX_SESSIONS });
  const held = new Set<LiveSession>();

  function settle(look: Look, verified: Verified | null): void {
    // Wrong ones are not kept: a flood of them would push the right ones out.
    if (verified === null && looks.get(look.key) === look) looks.delete(look.key);
    look.atMs = monotonicMs();
    look.pending = null;
    if (look.session !== null && (verified === null || !isSame(look.session.verified, verified))) {
      look.session.end();
      look.session = null;
    }
    if (verified !== null) look.session ??= new LiveSession(verified, look, held);
  }

  /** Looks anew; those who ask meanwhile wait for the same look. */
  function renew(look: Look): void | Promise<void> {
    if (look.pending) return look.pending;
    const verified = look.verify();
    if (!(verified instanceof Promise)) {
      settle(look, verified);
      return;
    }
    look.pending = verified.then(
      (found) => {
        settle(look, found);
      },
      (error: unknown) => {
        look.pending = null;
        throw error;
      },
    );
    return look.pending;
  }

  function sessionOf({ session }: Look): Session {
    if (session !== null && isInTime(session.verified, nowMs())) return session;
    throw new CallError({ reason: 'UNAUTHENTICATED' });
  }

  // A store that does not answer tells of no revocation either: its streams have nothing to say, and go on.
  const timer = setInterval(() => {
    for (const session of held) {
      if (!isInTime(session.verified, nowMs())) session.end();
      else if (monotonicMs() - session.look.atMs >= FRESH_MS) {
        try {
          renew(session.look)?.catch(() => undefined);
        } catch {
          // As above.
        }
      }
    }
  }, TICK_MS);
  timer.unref();

  return {
    of(key, verify) {
      let look = looks.get(key);
      if (!look) looks.set(key, (look = { key, verify, atMs: -Infinity, pending: null, session: null }));
      else if (monotonicMs() - look.atMs < FRESH_MS) return sessionOf(look);
      const known = look;
      const renewing = renew(known);
      return renewing ? renewing.then(() => sessionOf(known)) : sessionOf(known);
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

interface Look {
  readonly key: string;
  readonly verify: Verify;
  atMs: number;
  pending: Promise<void> | null;
  session: LiveSession | null;
}

class LiveSession implements Session {
  readonly caller: Caller;
  readonly #holders = new Set<() => void>();

  constructor(
    readonly verified: Verified,
    readonly look: Look,
    readonly held: Set<LiveSession>,
  ) {
    this.caller = verified.caller;
  }

  hold(onOver: () => void): () => void {
    // So that the same function may hold it twice.
    const holder = () => {
      onOver();
    };
    this.#holders.add(holder);
    this.held.add(this);
    return () => {
      if (this.#holders.delete(holder) && this.#holders.size === 0) this.held.delete(this);
    };
  }

  end(): void {
    this.held.delete(this);
    const holders = [...this.#holders];
    this.#holders.clear();
    for (const holder of holders) holder();
  }
}

function isInTime({ expireTimeMs }: Verified, nowMs: number): boolean {
  return expireTimeMs === null || nowMs < expireTimeMs;
}

function isSame(one: Verified, other: Verified): boolean {
  return (
    one.expireTimeMs === other.expireTimeMs &&
    one.caller.tenant === other.caller.tenant &&
    one.caller.principal === other.caller.principal &&
    one.caller.scopes.join() === other.caller.scopes.join()
  );
}
