import type { AssetSource } from '../ports/asset-source.js';
import type { Clock } from '../ports/clock.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';
import type { TaskHub, WatchOptions } from '../task-hub.js';
import type { WatchEvent } from '../watch-event.js';
import { cancelTask } from './cancel-task.js';
import { getTask } from './get-task.js';
import { listTasks, type ListTasksQuery, type TaskPage } from './list-tasks.js';
import { submitTask, type SubmitCommand } from './submit-task.js';

export type { SubmitCommand } from './submit-task.js';

/** What callers can do with tasks, whichever door they come through. The files beside this one say what each promises. */
export interface TaskUseCases {
  submit(command: SubmitCommand): Promise<Task>;
  get(key: TaskKey): Promise<Task>;
  watch(key: TaskKey, options: WatchOptions): AsyncGenerator<WatchEvent, void, undefined>;
  list(query: ListTasksQuery): Promise<TaskPage>;
  cancel(key: TaskKey): Promise<Task>;
}

export interface TaskUseCaseNeeds {
  readonly store: TaskStore;
  readonly hub: TaskHub;
  readonly assets: AssetSource;
  readonly clock: Clock;
  readonly events: TaskEvents;
}

export function createTaskUseCases(needs: TaskUseCaseNeeds): TaskUseCases {
  return {
    submit: (command) => submitTask(needs, command),
    get: (key) => getTask(needs, key),
    watch: (key, options) => needs.hub.watch(key, options),
    list: (query) => listTasks(needs, query),
    cancel: (key) => cancelTask(needs, key),
  };
}
