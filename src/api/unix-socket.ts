import { access, chmod, constants, lstat, mkdtemp, rename, rm, unlink } from 'node:fs/promises';
import { createConnection } from 'node:net';
import path from 'node:path';

/** `sun_path` of unix(7), without its final zero. */
const MAX_PATH_BYTES = 107;
/** For the owner and the group, whatever the umask is. */
const MODE = 0o660;

/** A socket to listen on. */
export interface SocketPlace {
  readonly file: string;
  /** The environment variable that names it, for messages. */
  readonly variable: string;
}

/** A socket that is listened on. */
export interface UnixSocket {
  /** Removes the file, unless another server has put its own there. */
  remove(): Promise<void>;
}

/**
 * Listens on a Unix socket at `file`. It is made in a folder of its own and moved into place, so that there is no moment at which its mode lets others in, and
 * one that a dead server left is replaced in one step.
 * @param listen binds a server to an address such as `/run/cutroom.sock`.
 * @throws Error, for people, when another server listens there, or the path cannot be used.
 */
export async function listenOnSocket(
  place: SocketPlace,
  listen: (address: string) => Promise<unknown>,
): Promise<UnixSocket> {
  const { file } = place;
  await requireUnused(place);
  try {
    const folder = await mkdtemp(path.join(path.dirname(file), '.s'));
    try {
      const made = path.join(folder, 's');
      requireShort(place, made);
      await listen(made);
      await chmod(made, MODE);
      await rename(made, file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const { ino } = await lstat(file);
    return {
      async remove() {
        const now = await lstat(file).catch(() => null);
        if (now?.ino === ino) await unlink(file).catch(() => undefined);
      },
    };
  } catch (error) {
    if (error instanceof UnusableError) throw error;
    throw cannotBeMade(place, error);
  }
}

/** Whether a socket could be made at a place: nothing is in its way, and its folder can be written. */
export async function checkSocket(place: SocketPlace): Promise<UnusableError | null> {
  try {
    await requireUnused(place);
    requireShort(place, path.join(path.dirname(place.file), '.sXXXXXX', 's'));
    await access(path.dirname(place.file), constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    if (error instanceof UnusableError) return error;
    return cannotBeMade(place, error);
  }
}

/** Says for people why a place is of no use. */
export class UnusableError extends Error {
  readonly problem: string;
  readonly fix: string;

  constructor({ file, variable }: SocketPlace, problem: string, { first, to, cause }: Advice) {
    const fix = `${first === undefined ? '' : `${first}, or `}set ${variable} to ${to}`;
    super(`the socket ${file} ${problem}: ${fix}`, { cause });
    this.problem = `${file} ${problem}`;
    this.fix = fix;
  }
}

interface Advice {
  /** What to do before another path is taken. */
  readonly first?: string;
  /** Which other path. */
  readonly to: string;
  readonly cause?: unknown;
}

function cannotBeMade(place: SocketPlace, cause: unknown): UnusableError {
  return new UnusableError(place, `cannot be made (${reasonOf(cause)})`, {
    to: 'a path in a folder that this user may write',
    cause,
  });
}

function requireShort(place: SocketPlace, made: string): void {
  const { file } = place;
  const bytes = Math.max(Buffer.byteLength(file), Buffer.byteLength(made));
  if (bytes > MAX_PATH_BYTES)
    throw new UnusableError(place, 'has too long a path for a socket', { to: 'a shorter one, of at most 90 bytes' });
}

/** A socket that nobody listens on was left by a server that was killed. */
async function requireUnused(place: SocketPlace): Promise<void> {
  const { file } = place;
  const there = await lstat(file).catch(() => null);
  if (there === null) return;
  if (!there.isSocket())
    throw new UnusableError(place, 'is another kind of file', { first: 'remove it', to: 'another path' });
  if (await isListenedOn(file))
    throw new UnusableError(place, 'is in use by another server', { first: 'stop that one', to: 'another path' });
}

function isListenedOn(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection({ path: file });
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (error: NodeJS.ErrnoException) => {
      // Anything else, such as a missing permission, says nothing about its server: it is left alone.
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
