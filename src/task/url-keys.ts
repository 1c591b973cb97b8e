import { CallError } from './call-error.js';
import type { Clock } from './ports/clock.js';
import type { SecretStore } from './ports/secret-store.js';

/** Name of the keys in the store: all replicas on one store sign alike. */
export const URL_KEYS_NAME = 'output-url-signing-key';

const KEY_BYTES = 32;
const TIME_BYTES = 8;

/** The keys of signed URLs: one signs, and the one before it is still accepted for as long as a URL of it may live. */
export interface UrlKeyPair {
  readonly current: Buffer;
  /** Null: there is none, or its time is over. */
  readonly previous: { readonly key: Buffer; readonly untilMs: number } | null;
}

/** Where signed URLs take their keys from. */
export interface UrlKeys {
  /** The key that signs, as last read; the same object for as long as it signs alone, or with the same key before it. */
  current(): Buffer;
  /** The keys that are accepted now, as last read: one or two. */
  accepted(): readonly Buffer[];
  /** Reads the keys anew; calls at the same moment share one read. A key whose time is over is erased from the store. @throws CallError STORE_UNAVAILABLE. */
  refresh(): Promise<void>;
  /**
   * A new key signs from now on. The one before is accepted until the last URL of it is over; with `endOldKeys` no old key is accepted any more.
   * @returns when the old key ends, in Unix milliseconds; null: it has ended.
   * @throws CallError URL_KEY_STILL_VALID while the key before is still accepted: two are valid at a time; STORE_UNAVAILABLE.
   */
  rotate(options: { readonly endOldKeys: boolean }): Promise<number | null>;
}

export interface UrlKeysOptions {
  readonly store: SecretStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly randomBytes: (size: number) => Uint8Array;
  /** The longest that a URL lives which is signed now, by any replica. */
  readonly longestLifeMs: number;
}

/** @throws CallError STORE_UNAVAILABLE. */
export async function openUrlKeys({ store, clock, randomBytes, longestLifeMs }: UrlKeysOptions): Promise<UrlKeys> {
  let value = await store.secret(URL_KEYS_NAME);
  let pair = parseUrlKeys(value);
  let reading: Promise<void> | null = null;

  const isAccepted = ({ previous }: UrlKeyPair): boolean => previous !== null && previous.untilMs > clock.nowMs();

  function take(stored: Buffer): void {
    if (stored.equals(value)) return;
    value = stored;
    pair = parseUrlKeys(stored);
  }

  async function read(): Promise<void> {
    take(await store.secret(URL_KEYS_NAME));
    if (pair.previous !== null && !isAccepted(pair)) await write({ current: pair.current, previous: null });
  }

  /** @returns false: another process was faster; the keys are as it left them. */
  async function write(next: UrlKeyPair): Promise<boolean> {
    const bytes = formatUrlKeys(next);
    const isWritten = await store.replaceSecret(URL_KEYS_NAME, value, bytes);
    take(isWritten ? bytes : await store.secret(URL_KEYS_NAME));
    return isWritten;
  }

  return {
    current: () => pair.current,
    accepted: () => [pair.current, ...(pair.previous !== null && isAccepted(pair) ? [pair.previous.key] : [])],

    refresh() {
      reading ??= read().finally(() => {
        reading = null;
      });
      return reading;
    },

    async rotate({ endOldKeys }) {
      const current = Buffer.from(randomBytes(KEY_BYTES));
      for (;;) {
        await read();
        if (!endOldKeys && pair.previous !== null && isAccepted(pair))
          throw new CallError({ reason: 'URL_KEY_STILL_VALID', untilMs: pair.previous.untilMs });
        const previous = endOldKeys ? null : { key: pair.current, untilMs: clock.nowMs() + longestLifeMs };
        if (await write({ current, previous })) return previous?.untilMs ?? null;
      }
    },
  };
}

/** Of the stored form: the key that signs; then, if there is one, the key before it, and until when it is accepted, in Unix milliseconds. */
export function parseUrlKeys(value: Buffer): UrlKeyPair {
  const current = value.subarray(0, KEY_BYTES);
  if (value.length !== 2 * KEY_BYTES + TIME_BYTES) return { current, previous: null };
  const key = value.subarray(KEY_BYTES, 2 * KEY_BYTES);
  return { current, previous: { key, untilMs: Number(value.readBigInt64BE(2 * KEY_BYTES)) } };
}

export function formatUrlKeys({ current, previous }: UrlKeyPair): Buffer {
  if (previous === null) return current;
  const until = Buffer.alloc(TIME_BYTES);
  until.writeBigInt64BE(BigInt(Math.ceil(previous.untilMs)));
  return Buffer.concat([current, previous.key, until]);
}
