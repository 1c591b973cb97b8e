import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller, Scope } from './caller.js';

/** An API key as it is stored: its secret is in none of it. */
export interface ApiKey {
  /** 16 hexadecimal digits: the part of the key that may be shown. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the whole key, hexadecimal. A slow hash would add nothing: a key has 192 random bits. */
  readonly hash: string;
  readonly createTimeMs: number;
  /** Null: it never expires. */
  readonly expireTimeMs: number | null;
  /** Null: it is not revoked. */
  readonly revokeTimeMs: number | null;
  /** When it was last used, at most an hour wrong; null: never. */
  readonly lastUseTimeMs: number | null;
}

const KEY = /^ck_([0-9a-f]{16})_[0-9a-f]{48}$/;

/** How old the stored time of the last use may become: a write for each call would cost more than the call. */
export const LAST_USE_STEP_MS = 3_600_000;

/** What a key is made of. */
export type ApiKeyOrder = Pick<ApiKey, 'name' | 'tenant' | 'scopes' | 'expireTimeMs'>;

/** Makes a key. @param random at least 32 random bytes. */
export function newApiKey(
  order: ApiKeyOrder,
  { random, nowMs }: { readonly random: Uint8Array; readonly nowMs: number },
): { readonly key: ApiKey; readonly text: string } {
  const digits = Buffer.from(random).toString('hex');
  const [id, secret] = [digits.slice(0, 16), digits.slice(16, 64)];
  const text = `ck_${id}_${secret}`;
  const { name, tenant, scopes, expireTimeMs } = order;
  const key = { id, name, tenant, scopes, hash: hashOf(text), createTimeMs: nowMs, expireTimeMs };
  return { key: { ...key, revokeTimeMs: null, lastUseTimeMs: null }, text };
}

/** The id in the text of a key; null: it is none. */
export function apiKeyIdIn(text: string): string | null {
  return KEY.exec(text)?.[1] ?? null;
}

/** Whether a text is that of the stored key, and the key is in force. Takes as long for a wrong text as for a right one. */
export function isApiKeyValid(key: ApiKey, text: string, nowMs: number): boolean {
  const isRight = timingSafeEqual(Buffer.from(hashOf(text)), Buffer.from(key.hash));
  return isRight && isInForce(key, nowMs);
}

export function isInForce({ expireTimeMs, revokeTimeMs }: ApiKey, nowMs: number): boolean {
  return revokeTimeMs === null && (expireTimeMs === null || nowMs < expireTimeMs);
}

/** The caller behind a key. */
export function callerOf({ id, tenant, scopes }: ApiKey): Caller {
  return { tenant, scopes, principal: `key:${id}` };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
