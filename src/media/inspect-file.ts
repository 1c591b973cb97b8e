import { closeSync, constants, fstatSync, open, readlinkSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The file of a name once all links are followed; `path` is free of them. */
export type InspectedFile =
  { readonly kind: 'file' | 'folder' | 'other'; readonly path: string } | { readonly kind: 'unreadable' };

const openFile = promisify(open);

/** Opening must not block on a pipe or a terminal. */
const HARMLESSLY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Finds out what a name stands for, and whether it can be read, by opening it: one trip to the disk instead of one for each question, and the
 * answers are all of the same file. Null: there is nothing.
 */
export async function inspectFile(name: string): Promise<InspectedFile | null> {
  let descriptor: number;
  try {
    descriptor = await openFile(name, HARMLESSLY);
  } catch (error) {
    return unopened(name, (error as NodeJS.ErrnoException).code);
  }
  try {
    // Of an open file the system knows all this without asking the disk.
    const info = fstatSync(descriptor);
    const path = placeOf(descriptor) ?? (await realpath(name));
    return { kind: info.isFile() ? 'file' : info.isDirectory() ? 'folder' : 'other', path };
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

async function unopened(name: string, code: string | undefined): Promise<InspectedFile | null> {
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  // A socket cannot be opened.
  if (code === 'ENXIO')
    return realpath(name).then(
      (path) => ({ kind: 'other', path }),
      () => null,
    );
  return { kind: 'unreadable' };
}

/** Where an open file lies; null on systems that do not say so. */
function placeOf(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}
