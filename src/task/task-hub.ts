import type { Clock } from './ports/clock.js';
import type { TaskStore } from './ports/task-store.js';
import { HubWatch, type Watch, type WatchOptions, type WatchSink } from './hub-watch.js';
import type { Previews } from './previews.js';
import type { QueueView } from './queue-view.js';
import type { TaskKey } from './task.js';
import { WatchedTask } from './watched-task.js';

export interface TaskHubOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly queue: QueueView;
  /** Of the tasks that this process renders. */
  readonly previews: Previews;
  /** A watcher gets a message at least this often. */
  readonly heartbeatMs: number;
}

/** Lets any number of watchers follow tasks: a change costs one read of the task, however many watch it. */
export interface TaskHub {
  /**
   * Sends the task at rising revisions, coalesced to the newest, and ends after its terminal state. Also ends, without an error, when the hub closes. The sink is
   * not called before this returns. It ends with CallError TASK_NOT_FOUND, or STORE_UNAVAILABLE when the store has not answered for 10 s.
   */
  watch(key: TaskKey, options: WatchOptions, sink: WatchSink): Watch;
  close(): void;
}

/** How much later than due a heartbeat may come: by this part of its interval. */
const BEATS_PER_HEARTBEAT = 20;

export function createTaskHub({ store, clock, queue, previews, heartbeatMs }: TaskHubOptions): TaskHub {
  const watched = new Map<string, WatchedTask>();
  const unfollow = new Map<WatchedTask, () => void>();
  const watches = new Set<HubWatch>();
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
    for (const watch of watches) if (watch.heardAtMs <= dueMs) watch.beat();
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

  function leave(key: TaskKey, entry: WatchedTask, watch: HubWatch): void {
    watches.delete(watch);
    entry.leave(watch);
    if (entry.watchers.size > 0) return;
    unfollow.get(entry)?.();
    unfollow.delete(entry);
    if (watched.get(nameOf(key)) === entry) watched.delete(nameOf(key));
  }

  return {
    watch(key, options, sink) {
      const entry = entryOf(key);
      const watch = new HubWatch({ key, entry, options, sink, clock, queue, previews, onEnd: leave });
      watches.add(watch);
      if (closing.signal.aborted)
        queueMicrotask(() => {
          watch.cancel();
        });
      return watch;
    },

    close() {
      closing.abort();
      unsubscribe();
      clearInterval(beat);
      for (const watch of [...watches]) watch.cancel();
    },
  };
}

function nameOf(key: TaskKey): string {
  return `${key.tenant}/${key.id}`;
}
