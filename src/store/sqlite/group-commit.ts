import type { Connection } from './connection.js';

/** Changes that share a commit. */
export interface GroupCommit {
  /** Runs a change in the next commit. Resolves once that is on the disk; rejects with what the change threw, or why the commit failed. */
  run<T>(change: () => T): Promise<T>;
  /** Commits now what waits. */
  flush(): void;
}

/**
 * Gathers the changes that come within one turn of the event loop and commits them together: a commit waits for the disk, and that wait
 * is the same for one change as for thirty. Each is still all or nothing by itself.
 */
export function createGroupCommit(connection: Connection): GroupCommit {
  let waiting: Entry[] = [];

  function flush(): void {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      const settle = connection.transaction(() => group.map((entry) => entry.attempt()));
      // Only now: before the commit nothing is true.
      for (const tell of settle) tell();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  return {
    flush,
    run: <T>(change: () => T) =>
      new Promise<T>((resolve, reject) => {
        const attempt = () => {
          try {
            const result = connection.transaction(change);
            return () => { resolve(result); };
          } catch (error) {
            const cause = error instanceof Error ? error : new Error(String(error));
            return () => { reject(cause); };
          }
        };
        if (waiting.push({ attempt, reject }) === 1) setImmediate(flush);
      }),
  };
}

interface Entry {
  /** Makes the change. @returns what tells the caller of it. */
  readonly attempt: () => () => void;
  readonly reject: (cause: unknown) => void;
}
