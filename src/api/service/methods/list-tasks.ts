import type { Method } from '../method.js';

/** ListTasks: answers with a page of the caller's tasks. */
export const listTasks: Method<'listTasks'> = async (
  { tasks, print },
  { pageSize, pageToken, filter, orderBy },
  { caller },
) => {
  const page = await tasks.list({ tenant: caller.tenant, pageSize, pageToken, filter, orderBy });
  return { tasks: page.tasks.map((task) => print.task(task)), nextPageToken: page.nextPageToken };
};
