import type { ByteRange, DirectHeaders } from '../../task/ports/output-store.js';

/** An object that is stored whole. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was stored, in Unix milliseconds by the store's clock. */
  readonly storedMs: number;
  /** Changes with its content. */
  readonly version: string;
}

/** Named bytes that all machines of a fleet reach. Keys are paths such as `outputs/tenant/task/file`. */
export interface ObjectStore {
  /**
   * Stores a file under a key, in place of the object that was there. Others see all of it or nothing; it is durable when this resolves.
   * @throws the store's error, after its own retries; the reason of `signal`.
   */
  put(key: string, file: string, options?: { readonly signal?: AbortSignal }): Promise<void>;

  /** Null: there is none. */
  find(key: string): Promise<StoredObject | null>;

  /** The bytes of an object. Ends early by an error, never silently. @throws Error when it is gone. */
  read(key: string, options: { readonly range?: ByteRange; readonly signal: AbortSignal }): AsyncIterable<Uint8Array>;

  /** The objects whose keys begin with `prefix`, in order of keys. Those that come and go meanwhile may be among them, or not. */
  list(prefix: string): AsyncIterable<StoredObject>;

  /** There may be none. */
  remove(key: string): Promise<void>;

  /** Removes what killed processes left half stored, once it is an hour old. */
  sweep(): Promise<void>;

  /** A URL that serves an object to its holder for some time; null: this store has none. */
  readonly presign: ((key: string, options: DirectHeaders & { readonly lifetimeMs: number }) => Promise<string>) | null;
}

/** Removes all objects whose keys begin with `prefix`. */
export async function removeAll(objects: ObjectStore, prefix: string): Promise<void> {
  for await (const { key } of objects.list(prefix)) await objects.remove(key);
}
