import type { Connection } from './connection.js';

/** Changes that share a commit. */
export interface GroupCommit {
  /** Runs a change in the next commit. Resolves once that is on the disk; rejects with what the change threw, or why the commit failed. */
  run<T>(change: () => T): Promise<T>;
  /** Resolves once what has been committed is on the disk; until then it can be read, and a crash of the machine may take it back. */
  settled(): Promise<void>;
  /** Commits now what waits. */
  flush(): void;
}

/**
 * Gathers the changes that come within one turn of the event loop, commits them together, and waits for the disk once for all of them, while
 * other calls go on. Each is still all or nothing by itself.
 */
export function createGroupCommit(connection: Connection): GroupCommit {
  let waiting: Entry[] = [];
  let syncing: Promise<void> | null = null;

  function flush(): void {
    const group = waiting;
    waiting = [];
    if (group.length > 0) void commit(group);
  }

  async function commit(group: readonly Entry[]): Promise<void> {
    try {
      const settle = connection.transaction('normal', () => group.map((entry) => entry.attempt()));
      await synced();
      // Only now: before that nothing is true.
      for (const tell of settle) tell();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  async function synced(): Promise<void> {
    const sync = connection.sync();
    syncing = sync;
    try {
      await sync;
    } finally {
      // Those that came later wait for a later one.
      if (syncing === sync) syncing = null;
    }
  }

  return {
    flush,
    settled: async () => {
      await syncing;
    },
    run: <T>(change: () => T) =>
      new Promise<T>((resolve, reject) => {
        const attempt = () => {
          try {
            const result = connection.transaction('normal', change);
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
