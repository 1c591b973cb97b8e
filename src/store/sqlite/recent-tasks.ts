import { LRUCache } from 'lru-cache';
import type { Task, TaskKey } from '../../task/task.js';

/** As many as are polled or watched at a time: 10,000 that are polled by turns stay cheap. At 1–2 KB each. */
const MAX_TASKS = 12_000;

/**
 * Tasks that were read lately. A caller that polls asks for the same task again and again, and gets the same object, so that its print
 * (its JSON, its bytes) can be kept with it. True to the file only while this process alone writes to it, and drops a task before each change.
 */
export interface RecentTasks {
  /** @param load reads the task from the file; null is not remembered. */
  get(key: TaskKey, load: () => Task | null): Task | null;
  /** To be called before a task is changed, also when the change fails. */
  drop(key: TaskKey): void;
}

export function createRecentTasks(): RecentTasks {
  // Two tenants with the same id push out each other.
  const recent = new LRUCache<string, Task>({ max: MAX_TASKS });
  return {
    get({ tenant, id }, load) {
      const known = recent.get(id);
      if (known?.tenant === tenant) return known;
      const task = load();
      if (task !== null) recent.set(id, task);
      return task;
    },
    drop({ id }) {
      recent.delete(id);
    },
  };
}
