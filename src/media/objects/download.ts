import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from './object-store.js';

/** Writes an object to a file that is not there yet. Nothing stays of one that breaks off. @throws the store's error; the reason of `signal`. */
export async function download(objects: ObjectStore, key: string, to: string, signal: AbortSignal): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  try {
    await pipeline(objects.read(key, { signal }), createWriteStream(to, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    await rm(to, { force: true });
    signal.throwIfAborted();
    throw error;
  }
}
