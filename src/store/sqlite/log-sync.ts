import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { storeUnavailable } from '../errors.js';

const fdatasyncOf = promisify(fdatasync);

/**
 * Waits for the disk beside the event loop. `synchronous=FULL` waits within each COMMIT, and blocks the event loop meanwhile.
 * SQLite must have committed to the write-ahead log with `synchronous=NORMAL`, which does not wait, but orders the log before each checkpoint.
 */
export interface LogSync {
  /**
   * Resolves once all that was committed before this call is on the disk. Calls that come while the disk is busy share the next round.
   * @throws CallError STORE_UNAVAILABLE: after a crash of the machine the commits may be there, or not.
   */
  sync(): Promise<void>;
  /** Lets rounds under way finish, then lets the file go. */
  close(): void;
}

/** @param file the write-ahead log, which need not be there before the first `sync`, and then stays the same file while the database is open. */
export function createLogSync(file: string): LogSync {
  let descriptor: number | null = null;
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let isClosing = false;

  async function round(before: Promise<void> | null): Promise<void> {
    await before?.catch(() => undefined);
    current = next;
    next = null;
    try {
      descriptor ??= openSync(file, 'r');
      await fdatasyncOf(descriptor);
    } catch (error) {
      throw storeUnavailable(error);
    } finally {
      current = null;
      if (isClosing) closeWhenIdle();
    }
  }

  function closeWhenIdle(): void {
    if (current !== null || next !== null || descriptor === null) return;
    closeSync(descriptor);
    descriptor = null;
  }

  return {
    sync: () => (next ??= round(current)),
    close() {
      isClosing = true;
      closeWhenIdle();
    },
  };
}
