import type { Connection } from './connection.js';

/** Changes that share a commit. */
export interface GroupCommit {
  /** Runs a change in the next commit. Resolves once that is on the disk; rejects with the error of the change or of the commit. */
  run<T>(change: () => T): Promise<T>;
  /** Commits the waiting changes now. */
  flush(): void;
}

/**
 * So many share a commit at most; those beyond have the next, in a turn of their own. Callers that wait for one commit are answered
 * together and ask again together, so that with commits of any size they and the service would take turns instead of working side by side.
 */
const MAX_GROUP = 8;

/**
 * Gathers the changes that come within one turn of the event loop, commits them together, and waits for the disk once for all of them, while
 * other calls go on. Each is still all or nothing by itself. A change may be taken back with its group and then made again, so it must change
 * nothing but the file.
 * @param within runs the changes of a commit, and may add its own.
 */
export function createGroupCommit(
  connection: Pick<Connection, 'transaction' | 'sync'>,
  within: <T>(changes: () => T) => T = (changes) => changes(),
): GroupCommit {
  const waiting: Entry[] = [];

  function commitNext(): void {
    const group = waiting.splice(0, MAX_GROUP);
    if (waiting.length > 0) setImmediate(commitNext);
    if (group.length > 0) void commit(group);
  }

  async function commit(group: readonly Entry[]): Promise<void> {
    let settle: (() => void)[];
    try {
      settle = connection.transaction('normal', () => within(() => group.map(({ change }) => change())));
    } catch (cause) {
      // One of them failed, and nothing is left of any: each by itself, then.
      if (group.length > 1) for (const entry of group) void commit([entry]);
      else group[0]?.reject(cause);
      return;
    }
    try {
      await connection.sync();
      // Only now: before that nothing is true.
      for (const answer of settle) answer();
    } catch (cause) {
      for (const { reject } of group) reject(cause);
    }
  }

  return {
    flush: () => {
      while (waiting.length > 0) commitNext();
    },
    run: <T>(change: () => T) =>
      new Promise<T>((resolve, reject) => {
        const entry: Entry = {
          change: () => {
            const result = change();
            return () => {
              resolve(result);
            };
          },
          reject,
        };
        if (waiting.push(entry) === 1) setImmediate(commitNext);
      }),
  };
}

/** A change that waits for its commit. */
interface Entry {
  /** Makes it. @returns the function that answers the caller. */
  readonly change: () => () => void;
  readonly reject: (cause: unknown) => void;
}
