import type { Task, TaskKey, TaskState } from '../task.js';
import type { TaskFeed } from './task-feed.js';

/** The outcome of an insert. */
export type InsertResult =
  | { readonly kind: 'inserted' }
  /** The tenant has a task with the same request id: nothing was stored. */
  | { readonly kind: 'request-id-taken'; readonly task: Task };

/** Position of a task in the list order: newest first, ties by id, highest first. */
export interface ListCursor {
  readonly createTimeMs: number;
  readonly id: string;
}

/** Which tasks to list: all conditions hold. */
export interface ListFilter {
  /** One of these; null: any. */
  readonly states: readonly TaskState[] | null;
  readonly labels: readonly LabelCondition[];
}

/** A task without the label is not equal to any value. */
export interface LabelCondition {
  readonly key: string;
  readonly value: string;
  readonly equal: boolean;
}

export interface ListQuery {
  readonly tenant: string;
  readonly limit: number;
  readonly filter: ListFilter;
  readonly order: 'newest-first' | 'oldest-first';
  /** Only tasks that come after this position in that order; null: from its start. */
  readonly after: ListCursor | null;
}

/** A part of a list, in its order. */
export interface ListPage {
  readonly tasks: readonly Task[];
  /** The position up to which the list was read; null: to its end. */
  readonly next: ListCursor | null;
}

/** The state of the queue, of all tenants. */
export interface QueueStats {
  readonly queued: number;
  readonly running: number;
  /** When the oldest queued task was submitted; null when none is queued. */
  readonly oldestQueuedTimeMs: number | null;
  /** Tasks with deliveries that are pending. */
  readonly awaitingDelivery: number;
}

/** The length of one tenant's queue, at least 1. */
export interface TenantQueue {
  readonly tenant: string;
  readonly queued: number;
}

/** A lease write: the attempt, and the time from now on by the store's clock. */
export interface LeaseRenewal {
  readonly key: TaskKey;
  readonly fence: number;
  readonly attemptId: string;
  readonly leaseMs: number;
}

/**
 * Where tasks live. A store knows no rule of a task's life: it keeps documents and changes them by compare-and-set, one
 * document at a time; the rules are the pure functions of `lifecycle.ts`. That keeps every implementation small
 * and all of them alike. `test/contract/task-store.contract.ts` tests what each must do.
 *
 * Every method rejects with CallError STORE_UNAVAILABLE when the store does not answer. After a write that means
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

  /**
   * Up to `limit` tasks of a tenant. A store bounds its work: a page may have fewer tasks, or none, though others follow. Only a `next` of null is
   * the end.
   */
  list(query: ListQuery): Promise<ListPage>;

  /** How many tasks a tenant has. */
  count(tenant: string): Promise<number>;

  /** The bytes of the outputs of a tenant's tasks, from an index. Tasks that ended before the store kept that number are left out on MongoDB. */
  outputBytes(tenant: string): Promise<number>;

  /** The position of a tenant's task by its place in the list, newest first, from 1. Null: there are fewer tasks. */
  positionOf(tenant: string, place: number): Promise<ListCursor | null>;

  /**
   * Replaces `from` by `to` if the store still has `from` (same revision, fence and attempt id), else changes nothing.
   * When `to` is RUNNING its lease ends `leaseMs` from now by the store's clock, null leaves it as it is; otherwise it has none.
   * @returns whether the store now has `to`.
   */
  replace(from: Task, to: Task, options: { leaseMs: number | null }): Promise<boolean>;

  /** Extends the lease of a running attempt, without a change of the task. False: the attempt no longer has the lease. */
  renewLease(renewal: LeaseRenewal): Promise<boolean>;

  /** Removes a task, with its spec and diagnostics, if the store still has this very state of it. False: it has another, or none. */
  remove(task: Task): Promise<boolean>;

  /**
   * Up to `limit` QUEUED tasks of one tenant by `queueRankMs`, lowest first: the candidates of a dispatcher. The tenant is the first by name that has any,
   * of those after the name `after`; empty: none of them has. Costs as much with any number of tenants and tasks.
   */
  queued(limit: number, options: { after: string }): Promise<readonly Task[]>;

  /** `queueRankMs` of up to `limit` QUEUED tasks of a tenant, lowest first, from an index alone. */
  queuedRanks(tenant: string, limit: number): Promise<readonly number[]>;

  /** How many QUEUED tasks each tenant has that has any, from an index alone. */
  queuedByTenant(): Promise<readonly TenantQueue[]>;

  /** How many tasks of a tenant are in a state, counted from an index up to `upTo`: with more the answer is `upTo`. */
  countIn(tenant: string, state: TaskState, upTo: number): Promise<number>;

  /**
   * Up to `limit` RUNNING tasks whose worker is known to be gone: their lease ended by the store's clock, or the store
   * knows by other means (a SQLite file that this process alone has open: every task of another `owner`).
   */
  abandoned(limit: number, options: { owner: string }): Promise<readonly Task[]>;

  /** Up to `limit` QUEUED tasks whose `queueDeadlineMs` is before `nowMs`. */
  overdue(limit: number, options: { nowMs: number }): Promise<readonly Task[]>;

  /** Up to `limit` ended tasks whose `expireTimeMs` is before `nowMs`. */
  expired(limit: number, options: { nowMs: number }): Promise<readonly Task[]>;

  /** Up to `limit` tasks with a delivery that is due before `nowMs`, the longest due first. */
  withDueDeliveries(limit: number, options: { nowMs: number }): Promise<readonly Task[]>;

  /** The state of the queue. May be a second old. */
  stats(): Promise<QueueStats>;

  /**
   * Whether no other process can claim or take back a task of this store while this one has it open. Then a lease of this process never
   * becomes another's, however late it is renewed: after a suspended machine, a step of the clock, a full disk.
   */
  readonly isExclusive: boolean;

  /** Announces changes of this process and of others. */
  readonly feed: TaskFeed;
}
