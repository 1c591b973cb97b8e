import type { Clock } from './ports/clock.js';
import type { Previews } from './previews.js';
import type { QueueView } from './queue-view.js';
import { isTerminal, type Task, type TaskKey } from './task.js';
import type { WatchEvent } from './watch-event.js';
import type { WatchedTask, Watcher } from './watched-task.js';

export interface WatchOptions {
  /** The newest revision that the watcher knows; null: none, so that the first event is the task as it is. */
  readonly afterRevision: number | null;
  /** Also send previews. Default: false. */
  readonly includePreviews?: boolean;
}

/** Takes the events of one watch. */
export interface WatchSink {
  /** The next comes after `taken`. */
  event(event: WatchEvent): void;
  /** Called once, as the last; may come while an event is on its way. @param error null: the task has ended, or the watch was cancelled. */
  end(error: unknown): void;
}

/** A watch that is open. */
export interface Watch {
  /** The last event was taken. */
  taken(): void;
  /** Ends it. Idempotent. */
  cancel(): void;
}

export interface HubWatchDeps {
  readonly key: TaskKey;
  readonly entry: WatchedTask;
  readonly options: WatchOptions;
  readonly sink: WatchSink;
  readonly clock: Clock;
  readonly queue: QueueView;
  readonly previews: Previews;
  readonly onEnd: (key: TaskKey, entry: WatchedTask, watch: HubWatch) => void;
}

/** One stream. While an event is on its way the newest state waits for it, and nothing else. */
export class HubWatch implements Watch, Watcher {
  /** When it last got a message, by the monotonic clock. */
  heardAtMs: number;
  readonly #deps: HubWatchDeps;
  readonly #firstRead: number;
  readonly #unfollowPreviews: (() => void) | null;
  #seen: number;
  #seenPreview = 0;
  #isBusy = false;
  #isOver = false;

  constructor(deps: HubWatchDeps) {
    const { key, entry, options, clock, previews } = deps;
    this.#deps = deps;
    this.#seen = options.afterRevision ?? 0;
    this.heardAtMs = clock.monotonicMs();
    this.#firstRead = entry.join(this);
    this.#unfollowPreviews =
      options.includePreviews === true
        ? previews.follow(key, () => {
            this.wake();
          })
        : null;
  }

  taken(): void {
    this.#isBusy = false;
    this.wake();
  }

  cancel(): void {
    this.#end(null);
  }

  /** There may be news. */
  wake(): void {
    const { key, entry, previews } = this.#deps;
    if (this.#isOver || this.#isBusy) return;
    if (entry.error) {
      this.#end(entry.error);
      return;
    }
    const task = entry.isAnswered(this.#firstRead) ? entry.latest : null;
    if (!task) return;
    const isNew = isNews(task, this.#seen);
    if (isNew) {
      this.#seen = task.revision;
      this.#send({ kind: 'task', task, place: entry.place });
    }
    if (isTerminal(task.state)) this.#end(null);
    if (isNew || !this.#unfollowPreviews) return;
    const preview = previews.of(key);
    if (!preview || preview.number <= this.#seenPreview) return;
    this.#seenPreview = preview.number;
    this.#send({ kind: 'preview', preview, place: null });
  }

  /** A heartbeat is due. */
  beat(): void {
    const { entry, clock, queue } = this.#deps;
    if (this.#isBusy) return;
    // Not again before the place is known.
    this.heardAtMs = clock.monotonicMs();
    const { latest } = entry;
    if (latest?.state !== 'QUEUED') this.#send({ kind: 'heartbeat', place: null });
    else
      void queue.placeOf(latest).then((place) => {
        if (!this.#isBusy) this.#send({ kind: 'heartbeat', place });
      });
  }

  #send(event: WatchEvent): void {
    if (this.#isOver) return;
    this.#isBusy = true;
    this.heardAtMs = this.#deps.clock.monotonicMs();
    this.#deps.sink.event(event);
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { key, entry, sink, onEnd } = this.#deps;
    this.#unfollowPreviews?.();
    onEnd(key, entry, this);
    sink.end(error);
  }
}

/**
 * Also an end at a *lower* revision than the watcher knows: progress is not forced to the disk on SQLite, so a machine that lost its power may
 * have forgotten the last of it. The end must reach the watcher all the same.
 */
function isNews(task: Task, seen: number): boolean {
  return task.revision > seen || (isTerminal(task.state) && task.revision < seen);
}
