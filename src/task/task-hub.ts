import type { Clock } from './ports/clock.js';
import type { TaskStore } from './ports/task-store.js';
import type { Previews } from './previews.js';
import type { QueueView } from './queue-view.js';
import { isTerminal, type Task, type TaskKey } from './task.js';
import type { WatchEvent } from './watch-event.js';
import { WatchedTask, type Watcher } from './watched-task.js';

export interface TaskHubOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly queue: QueueView;
  /** Of the tasks that this process renders. */
  readonly previews: Previews;
  /** A watcher gets a message at least this often. */
  readonly heartbeatMs: number;
}

export interface WatchOptions {
  /** The newest revision that the watcher knows; null: none, so that the first event is the task as it is. */
  readonly afterRevision: number | null;
  /** Also yield previews. Default: false. */
  readonly includePreviews?: boolean;
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

/** How much later than due a heartbeat may come: by this part of its interval. */
const BEATS_PER_HEARTBEAT = 20;

/** One stream. A wake while it is busy is remembered, once. */
class HubWatcher implements Watcher {
  /** When it last got a message, by the monotonic clock. */
  heardAtMs: number;
  #isWoken = false;
  #resume: (() => void) | null = null;

  constructor(nowMs: number) {
    this.heardAtMs = nowMs;
  }

  readonly wake = (): void => {
    this.#isWoken = true;
    this.#resume?.();
  };

  async woken(): Promise<void> {
    if (!this.#isWoken) await new Promise<void>((resolve) => (this.#resume = resolve));
    this.#isWoken = false;
    this.#resume = null;
  }
}

export function createTaskHub({ store, clock, queue, previews, heartbeatMs }: TaskHubOptions): TaskHub {
  const watched = new Map<string, WatchedTask>();
  const unfollow = new Map<WatchedTask, () => void>();
  const watchers = new Set<HubWatcher>();
  const closing = new AbortController();
  const unsubscribe = store.feed.subscribe({
    onHint: (hint) => watched.get(nameOf(hint.key))?.hint(hint.revision),
    onGap: () => {
      for (const task of watched.values()) task.refresh();
    },
  });

  // One timer for all: one each, set anew for each message, is a large part of the cost of a watcher.
  const beat = setInterval(() => {
    const dueMs = clock.monotonicMs() - heartbeatMs;
    for (const watcher of watchers) if (watcher.heardAtMs <= dueMs) watcher.wake();
  }, heartbeatMs / BEATS_PER_HEARTBEAT);
  beat.unref();

  function entryOf(key: TaskKey): WatchedTask {
    let entry = watched.get(nameOf(key));
    // One that failed is left to those who wait on it; a new watcher tries anew.
    if (!entry || entry.error !== null) {
      entry = new WatchedTask(key, { store, clock, queue, closing: closing.signal });
      watched.set(nameOf(key), entry);
      unfollow.set(entry, store.feed.follow(key));
    }
    return entry;
  }

  function leave(key: TaskKey, entry: WatchedTask, watcher: HubWatcher): void {
    watchers.delete(watcher);
    entry.leave(watcher);
    if (entry.watchers.size > 0) return;
    unfollow.get(entry)?.();
    unfollow.delete(entry);
    if (watched.get(nameOf(key)) === entry) watched.delete(nameOf(key));
  }

  return {
    async *watch(key, { afterRevision, includePreviews = false, signal }) {
      const ended = () => signal.aborted || closing.signal.aborted;
      const watcher = new HubWatcher(clock.monotonicMs());
      const entry = entryOf(key);
      const firstRead = entry.join(watcher);
      watchers.add(watcher);
      signal.addEventListener('abort', watcher.wake);
      const unfollowPreviews = includePreviews ? previews.follow(key, watcher.wake) : null;
      let seenPreview = 0;
      try {
        let seen = afterRevision ?? 0;
        while (!ended()) {
          if (entry.error) throw entry.error;
          const task = entry.isAnswered(firstRead) ? entry.latest : null;
          const preview = includePreviews && task ? previews.of(key) : null;
          if (task && isNews(task, seen)) {
            seen = task.revision;
            watcher.heardAtMs = clock.monotonicMs();
            yield { kind: 'task', task, place: entry.place };
          } else if (preview && preview.number > seenPreview) {
            seenPreview = preview.number;
            watcher.heardAtMs = clock.monotonicMs();
            yield { kind: 'preview', preview, place: null };
          } else if (clock.monotonicMs() - watcher.heardAtMs >= heartbeatMs) {
            watcher.heardAtMs = clock.monotonicMs();
            yield { kind: 'heartbeat', place: task ? await queue.placeOf(task) : null };
          }
          if (task && isTerminal(task.state)) return;
          // A change during the yield has left a wake behind, so this returns at once then.
          if (!preview || preview.number <= seenPreview) await watcher.woken();
        }
      } finally {
        unfollowPreviews?.();
        signal.removeEventListener('abort', watcher.wake);
        leave(key, entry, watcher);
      }
    },

    close() {
      closing.abort();
      unsubscribe();
      clearInterval(beat);
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
