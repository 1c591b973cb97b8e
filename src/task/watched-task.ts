import { CallError } from './call-error.js';
import type { Clock } from './ports/clock.js';
import type { TaskStore } from './ports/task-store.js';
import type { QueuePlace } from './queue-forecast.js';
import type { QueueView } from './queue-view.js';
import type { Task, TaskKey } from './task.js';
import { delay } from './wait.js';

/** How long a failing read is repeated before the watchers get its error. */
const READ_PATIENCE_MS = 10_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;

/** One of those who follow a task. */
export interface Watcher {
  wake(): void;
}

export interface WatchedTaskDeps {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly queue: QueueView;
  readonly closing: AbortSignal;
}

/** One watched task: its newest known state, kept fresh by one read at a time for any number of watchers. */
export class WatchedTask {
  /** The newest state that was read. */
  latest: Task | null = null;
  /** Where it stood in the queue then; null: it is not queued. */
  place: QueuePlace | null = null;
  /** The error after which it is no longer followed. */
  error: Error | null = null;
  readonly watchers = new Set<Watcher>();

  readonly #key: TaskKey;
  readonly #needs: WatchedTaskDeps;
  /** Reads asked for, and the newest of them that a finished read answers. */
  #wanted = 0;
  #answered = 0;
  /** The newest revision that the feed has named. */
  #hinted = 0;
  #reading = false;
  /** Watchers whose first read has not been answered, with its ticket; the oldest first. */
  readonly #unanswered = new Map<Watcher, number>();

  constructor(key: TaskKey, deps: WatchedTaskDeps) {
    this.#key = key;
    this.#needs = deps;
  }

  /** Asks for a read that begins after this call, and that all who ask meanwhile share. */
  refresh(): void {
    this.#wanted += 1;
    void this.#readUntilFresh();
  }

  /** Adds a watcher, which is woken once a read that begins after this call is there. @returns a ticket for `isAnswered`. */
  join(watcher: Watcher): number {
    this.watchers.add(watcher);
    this.#unanswered.set(watcher, this.#wanted + 1);
    this.refresh();
    return this.#wanted;
  }

  leave(watcher: Watcher): void {
    this.watchers.delete(watcher);
    this.#unanswered.delete(watcher);
  }

  /** Whether `latest` is at least as new as the task was when the ticket was given out. */
  isAnswered(ticket: number): boolean {
    return this.#answered >= ticket;
  }

  /** The feed has named this revision of the task. */
  hint(revision: number): void {
    if (revision <= this.#hinted) return;
    this.#hinted = revision;
    void this.#readUntilFresh();
  }

  wakeAll(): void {
    for (const watcher of this.watchers) watcher.wake();
  }

  #isStale(): boolean {
    return this.#answered < this.#wanted || (this.latest?.revision ?? 0) < this.#hinted;
  }

  async #readUntilFresh(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    let failingSinceMs: number | null = null;
    let retryMs = FIRST_RETRY_MS;
    while (this.watchers.size > 0 && this.#isStale() && !this.#needs.closing.aborted) {
      try {
        await this.#readOnce();
        failingSinceMs = null;
        if (!this.#isStale()) continue;
      } catch (error) {
        failingSinceMs ??= this.#needs.clock.monotonicMs();
        if (isFinal(error) || this.#needs.clock.monotonicMs() - failingSinceMs > READ_PATIENCE_MS) {
          this.error = error instanceof Error ? error : new Error(String(error));
          this.wakeAll();
          break;
        }
      }
      // The store failed, or is behind its feed, or changed meanwhile: each of these passes.
      if (failingSinceMs !== null || (this.latest?.revision ?? 0) < this.#hinted) {
        await delay(retryMs, this.#needs.closing);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
    this.#reading = false;
  }

  async #readOnce(): Promise<void> {
    const ticket = this.#wanted;
    const task = await this.#needs.store.get(this.#key);
    if (!task) throw new CallError({ reason: 'TASK_NOT_FOUND', taskId: this.#key.id });
    const place = task.state === 'QUEUED' ? await this.#needs.queue.placeOf(task) : null;
    this.#answered = ticket;
    const known = this.latest;
    if (!known || task.revision >= known.revision) {
      this.latest = task;
      this.place = place;
    }
    // Each watcher that joins has a read made: the others, of which there may be thousands, are not to hear of it.
    const joined = this.#takeAnswered();
    const isNews = this.latest?.revision !== known?.revision;
    for (const watcher of isNews ? this.watchers : joined) watcher.wake();
  }

  /** Those whose first read is there now. */
  #takeAnswered(): readonly Watcher[] {
    const answered: Watcher[] = [];
    for (const [watcher, ticket] of this.#unanswered) {
      if (ticket > this.#answered) break;
      answered.push(watcher);
    }
    for (const watcher of answered) this.#unanswered.delete(watcher);
    return answered;
  }
}

/** Whether trying again cannot help. */
function isFinal(error: unknown): boolean {
  return error instanceof CallError && error.detail.reason === 'TASK_NOT_FOUND';
}
