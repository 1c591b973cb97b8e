import type { Task, TaskKey } from '../task.js';
import type { TaskFeed } from './task-feed.js';

/** What became of an insert. */
export type InsertResult =
  | { readonly kind: 'inserted' }
  /** The tenant has a task with the same request id: nothing was stored. */
  | { readonly kind: 'request-id-taken'; readonly task: Task };

/** Position of a task in the list order: newest first, ties by id, highest first. */
export interface ListCursor {
  readonly createTimeMs: number;
  readonly id: string;
}

export interface ListQuery {
  readonly tenant: string;
  readonly limit: number;
  /** Only tasks that come after this position; null: from the newest. */
  readonly after: ListCursor | null;
}

/** What a lease write needs: which attempt, and for how long from now on by the store's clock. */
export interface LeaseRenewal {
  readonly key: TaskKey;
  readonly fence: number;
  readonly attemptId: string;
  readonly leaseMs: number;
}

/**
 * Where tasks live. A store knows no rule of a task's life: it keeps documents and changes them by compare-and-set, one
 * document at a time; the rules are the pure functions of `transitions.ts`. That keeps every implementation small
 * and all of them alike. `test/contract/task-store.contract.ts` says what each must do.
 *
 * Every method rejects with TaskError STORE_UNAVAILABLE when the store does not answer. After a write that means
 * *outcome unknown*: an implementation first settles it by a re-read where it can (a compare-and-set that was applied
 * shows its own revision and attempt id; one that was not can be repeated, since its condition still guards it).
 */
export interface TaskStore {
  /** Stores a new task with its spec, both or nothing. Once resolved it survives a crash of this process and, on MongoDB, of any minority of nodes. */
  insert(task: Task, spec: string): Promise<InsertResult>;

  /** The task, or null. Always the newest acknowledged state. */
  get(key: TaskKey): Promise<Task | null>;

  /** The tenant's task with this request id, or null. */
  findByRequestId(tenant: string, requestId: string): Promise<Task | null>;

  /** The spec as it was inserted, or null. */
  getSpec(key: TaskKey): Promise<string | null>;

  /** Up to `limit` tasks of a tenant in list order. */
  list(query: ListQuery): Promise<readonly Task[]>;

  /**
   * Replaces `from` by `to` if the store still has `from` (same revision, fence and attempt id), else changes nothing.
   * When `to` is RUNNING its lease ends `leaseMs` from now by the store's clock; otherwise it has none.
   * @returns whether the store now has `to`.
   */
  replace(from: Task, to: Task, options: { leaseMs: number }): Promise<boolean>;

  /** Extends the lease of a running attempt, without a change of the task. False: the attempt no longer holds the task. */
  renewLease(renewal: LeaseRenewal): Promise<boolean>;

  /** Up to `limit` QUEUED tasks of all tenants, oldest first: what a dispatcher chooses from. */
  queued(limit: number): Promise<readonly Task[]>;

  /**
   * Up to `limit` RUNNING tasks whose worker is known to be gone: their lease ended by the store's clock, or the store
   * knows by other means (a SQLite file that this process alone has open: every task of another `owner`).
   */
  abandoned(limit: number, options: { owner: string }): Promise<readonly Task[]>;

  /** A random secret of 32 bytes, made at the first call for its name and the same ever after, for every process on this store. */
  secret(name: string): Promise<Buffer>;

  /** Tells of changes, this process's and others'. */
  readonly feed: TaskFeed;

  /** Resolves while the store answers; rejects with STORE_UNAVAILABLE otherwise. For readiness. */
  ping(): Promise<void>;

  /** Lets go of everything. Calls after it reject. */
  close(): Promise<void>;
}
