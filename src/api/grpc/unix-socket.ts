import { chmod, lstat, mkdtemp, rename, rm, unlink } from 'node:fs/promises';
import { createConnection } from 'node:net';
import path from 'node:path';

/** `sun_path` of unix(7), without its final zero. */
const MAX_PATH_BYTES = 107;
/** For the owner and the group, whatever the umask is. */
const MODE = 0o660;

/** A socket that is listened on. */
export interface UnixSocket {
  /** Removes the file, unless another server has put its own there. */
  remove(): Promise<void>;
}

/**
 * Listens on a Unix socket at `file`. It is made in a folder of its own and moved into place, so that there is no moment at which its mode lets others in, and
 * one that a dead server left is replaced in one step.
 * @param listen binds a server to an address such as `unix:/run/cutroom.sock`.
 * @throws Error, for people, when another server listens there, or the path cannot be used.
 */
export async function listenOnSocket(file: string, listen: (address: string) => Promise<unknown>): Promise<UnixSocket> {
  await requireUnused(file);
  try {
    const folder = await mkdtemp(path.join(path.dirname(file), '.s'));
    try {
      const made = path.join(folder, 's');
      requireShort(file, made);
      await listen(`unix:${made}`);
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
    throw new UnusableError(
      file,
      `cannot be made (${reasonOf(error)}); set CUTROOM_SOCKET to a path in a folder that this user may write`,
      error,
    );
  }
}

class UnusableError extends Error {
  constructor(file: string, problem: string, cause?: unknown) {
    super(`the socket ${file} ${problem}`, { cause });
  }
}

function requireShort(file: string, made: string): void {
  const bytes = Math.max(Buffer.byteLength(file), Buffer.byteLength(made));
  if (bytes > MAX_PATH_BYTES)
    throw new UnusableError(
      file,
      'has too long a path for a socket: set CUTROOM_SOCKET to a shorter one, of at most 90 bytes',
    );
}

/** A socket that nobody listens on was left by a server that was killed. */
async function requireUnused(file: string): Promise<void> {
  const there = await lstat(file).catch(() => null);
  if (there === null) return;
  if (!there.isSocket())
    throw new UnusableError(file, 'is another kind of file: remove it, or set CUTROOM_SOCKET to another path');
  if (await isListenedOn(file))
    throw new UnusableError(file, 'is in use by another server: stop that one, or set CUTROOM_SOCKET to another path');
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
