import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import type { Store } from '../../src/task/ports/store.js';
import type { ListPage, ListQuery } from '../../src/task/ports/task-store.js';
import { newTask as anyTask, type TaskChanges } from '../support/new-task.js';
import type { Task } from '../../src/task/task.js';
import { claimed } from '../../src/task/lifecycle.js';

/** The data of one test, on which a store is opened. */
export interface StoreData {
  /** Opens a store on the data. The suite closes it. */
  open(): Promise<Store>;
  destroy(): Promise<void>;
}

export interface StoreKind {
  readonly name: string;
  makeData(): Promise<StoreData>;
  /** What was stored is there when it is opened again. */
  readonly durable: boolean;
  /** Several stores, as of several processes, may be open on the same data. */
  readonly shared: boolean;
}

/** Within a `describe`: gives each test a store on data of its own. */
export function useStore(kind: StoreKind): { readonly store: Store; open(): Promise<Store> } {
  let data: StoreData;
  let first: Store;
  let opened: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await data.open();
    opened.push(store);
    return store;
  };
  beforeEach(async () => {
    data = await kind.makeData();
    first = await open();
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
    opened = [];
    await data.destroy();
  });
  return {
    get store() {
      return first;
    },
    open,
  };
}

export const OWNER = 'worker-1';
export const LONG_MS = 600_000;

export function newTask(more: TaskChanges = {}): Task {
  return anyTask({ id: randomUUID(), nowMs: 1000, ...more });
}

/** A page of a tenant's list, without any condition unless told otherwise. */
export async function listOf(store: Store, query: Partial<ListQuery> = {}): Promise<readonly Task[]> {
  return (await pageOf(store, query)).tasks;
}

export function pageOf(store: Store, query: Partial<ListQuery> = {}): Promise<ListPage> {
  return store.list({
    tenant: 'default',
    limit: 100,
    filter: { states: null, labels: [] },
    order: 'newest-first',
    after: null,
    ...query,
  });
}

export function claim(task: Task, owner = OWNER): Task {
  return claimed(task, { attemptId: randomUUID(), owner, nowMs: 2000 });
}

export async function insertQueued(store: Store, more: TaskChanges = {}): Promise<Task> {
  const task = newTask(more);
  await store.insert(task, '{}');
  return task;
}

export async function insertRunning(store: Store, leaseMs = LONG_MS, more: TaskChanges = {}): Promise<Task> {
  const queued = await insertQueued(store, more);
  const running = claim(queued);
  if (!(await store.replace(queued, running, { leaseMs }))) throw new Error('a fresh task was not claimed');
  return running;
}
