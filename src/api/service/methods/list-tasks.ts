import { Task } from '../../../../generated/cutroom/v1/task.js';
import { oncePerObject } from '../../once-per-object.js';
import type { Method } from '../method.js';

/** Clients take 4 MiB unless they ask for more; what is left is for the token and the lengths between. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024 - 64 * 1024;
/** The key and the length of a task in the list. */
const TASK_OVERHEAD_BYTES = 6;

/** Most tasks of a list have been measured before: the printer answers with the same object. */
const sizeOf = oncePerObject((task: Task) => Task.encode(task).finish().length + TASK_OVERHEAD_BYTES);

/** ListTasks: answers with a page of the caller's tasks. */
export const listTasks: Method<'listTasks'> = {
  scope: 'tasks.read',
  call: async ({ tasks, print }, { pageSize, pageToken, filter, orderBy }, { caller, baseUrl }) => {
    const limit = {
      maxBytes: MAX_PAGE_BYTES,
      sizeOf: (task: Parameters<typeof print.task>[0]) => sizeOf(print.task(task, baseUrl)),
    };
    const page = await tasks.list({ tenant: caller.tenant, pageSize, pageToken, filter, orderBy, limit });
    return { tasks: page.tasks.map((task) => print.task(task, baseUrl)), nextPageToken: page.nextPageToken };
  },
};
