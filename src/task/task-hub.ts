import type { Clock } from './ports/clock.js';
import type { TaskStore } from './ports/task-store.js';
import { isTerminal, type Task, type TaskKey } from './task.js';
import { wakeable, type Wakeable } from './wait.js';
import type { WatchEvent } from './watch-event.js';
import { WatchedTask } from './watched-task.js';

export interface TaskHubOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  /** A watcher gets a message at least this often. */
  readonly heartbeatMs: number;
}

export interface WatchOptions {
  /** The newest revision that the watcher knows; null: none, so that the first event is the task as it is. */
  readonly afterRevision: number | null;
  readonly signal: AbortSignal;
}

/** Lets any number of watchers follow tasks: a change costs one read of the task, however many watch it. */
export interface TaskHub {
  /**
   * Yields the task at rising revisions, coalesced to the newest, and returns after its terminal state. Also returns when the signal
   * aborts or the hub closes, so a transport must check which it was.
   * @throws CallError TASK_NOT_FOUND; STORE_UNAVAILABLE when the store has not answered for 10 s.
   */
  watch(key: TaskKey, options: WatchOptions): AsyncGenerator<WatchEvent, void, undefined>;
  close(): void;
}

export function createTaskHub({ store, clock, heartbeatMs }: TaskHubOptions): TaskHub {
  const watched = new Map<string, WatchedTask>();
  const closing = new AbortController();
  const unsubscribe = store.feed.subscribe({
    onHint: (hint) => watched.get(nameOf(hint.key))?.hint(hint.revision),
    onGap: () => {
      for (const task of watched.values()) task.refresh();
    },
  });

  function join(key: TaskKey, watcher: Wakeable): WatchedTask {
    let entry = watched.get(nameOf(key));
    // One that failed is left to those who wait on it; a new watcher tries anew.
    if (!entry || entry.error !== null) {
      entry = new WatchedTask(key, { store, clock, closing: closing.signal });
      watched.set(nameOf(key), entry);
    }
    entry.watchers.add(watcher);
    return entry;
  }

  function leave(key: TaskKey, entry: WatchedTask, watcher: Wakeable): void {
    entry.watchers.delete(watcher);
    if (entry.watchers.size === 0 && watched.get(nameOf(key)) === entry) watched.delete(nameOf(key));
  }

  return {
    async *watch(key, { afterRevision, signal }) {
      const ended = () => signal.aborted || closing.signal.aborted;
      const watcher = wakeable();
      // Joined before the first read, so that no change can fall between the two.
      const entry = join(key, watcher);
      try {
        const firstRead = entry.refresh();
        let seen = afterRevision ?? 0;
        let heardAtMs = clock.monotonicMs();
        while (!ended()) {
          if (entry.error) throw entry.error;
          const task = entry.isAnswered(firstRead) ? entry.latest : null;
          if (task && isNews(task, seen)) {
            seen = task.revision;
            heardAtMs = clock.monotonicMs();
            yield { kind: 'task', task };
          } else if (clock.monotonicMs() - heardAtMs >= heartbeatMs) {
            heardAtMs = clock.monotonicMs();
            yield { kind: 'heartbeat' };
          }
          if (task && isTerminal(task.state)) return;
          // A change during the yield has left a wake behind, so this returns at once then.
          await watcher.wait({ timeoutMs: Math.max(0, heardAtMs + heartbeatMs - clock.monotonicMs()), signal });
        }
      } finally {
        leave(key, entry, watcher);
      }
    },

    close() {
      closing.abort();
      unsubscribe();
      for (const task of watched.values()) task.wakeAll();
    },
  };
}

function nameOf(key: TaskKey): string {
  return `${key.tenant}/${key.id}`;
}

/**
 * Also an end at a *lower* revision than the watcher knows: progress is not forced to the disk on SQLite, so a machine that lost its power may
 * have forgotten the last of it. The end must reach the watcher all the same.
 */
function isNews(task: Task, seen: number): boolean {
  return task.revision > seen || (isTerminal(task.state) && task.revision < seen);
}
