import { parseTaskName } from '../../../wire/task-name.js';
import type { Method } from '../method.js';

/** RetryTask: answers with the task, queued again. */
export const retryTask: Method<'retryTask'> = {
  scope: 'tasks.submit',
  call: async ({ tasks, print }, request, { caller, baseUrl }) =>
    print.task(await tasks.retry({ tenant: caller.tenant, id: parseTaskName(request.name) }), baseUrl),
};
