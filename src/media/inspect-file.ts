import { closeSync, constants, fstatSync, open, readlinkSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The file of a name once all links are followed; `path` is free of them. */
export type InspectedFile =
  | { readonly kind: 'file' | 'folder' | 'other'; readonly path: string }
  | { readonly kind: 'unreadable' };

/** What a name stands for cannot be found out now, for a reason of this machine: no descriptors, no memory, a disk that fails. */
export class InspectionError extends Error {
  override readonly name = 'InspectionError';
  /** Whether this process or machine has run out of something, as opposed to a disk that fails. */
  readonly isExhausted: boolean;

  constructor(cause: unknown) {
    super('a file cannot be looked at now', { cause });
    this.isExhausted = EXHAUSTED.has((cause as NodeJS.ErrnoException).code ?? '');
  }
}

/** The errors of a process or a machine that has run out of something. */
export const EXHAUSTED: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);
/** The errors of opening that are the doing of a name, or of its file. Any other is one of ours. */
const OF_THE_FILE: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'EISDIR',
  'ENODEV',
  'EOVERFLOW',
  'ETXTBSY',
]);

const openFile = promisify(open);

/** Opening must not block on a pipe or a terminal. */
const HARMLESSLY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Finds out what a name stands for, and whether it can be read, by opening it: one trip to the disk instead of one for each question, and the
 * answers are all of the same file. Null: there is nothing. @throws InspectionError.
 */
export async function inspectFile(name: string): Promise<InspectedFile | null> {
  let descriptor: number;
  try {
    descriptor = await openFile(name, HARMLESSLY);
  } catch (error) {
    return unopened(name, error);
  }
  try {
    // Of an open file the system knows all this without asking the disk.
    const info = fstatSync(descriptor);
    const path = placeOf(descriptor) ?? (await realpath(name));
    return { kind: info.isFile() ? 'file' : info.isDirectory() ? 'folder' : 'other', path };
  } catch (error) {
    if (isNothing(error)) return null;
    throw new InspectionError(error);
  } finally {
    closeSync(descriptor);
  }
}

async function unopened(name: string, error: unknown): Promise<InspectedFile | null> {
  if (isNothing(error)) return null;
  const { code = '' } = error as NodeJS.ErrnoException;
  // A socket cannot be opened.
  if (code === 'ENXIO')
    return realpath(name).then(
      (path) => ({ kind: 'other', path }),
      () => null,
    );
  if (OF_THE_FILE.has(code)) return { kind: 'unreadable' };
  throw new InspectionError(error);
}

function isNothing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Where an open file lies; null on systems that do not say so. */
function placeOf(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}
