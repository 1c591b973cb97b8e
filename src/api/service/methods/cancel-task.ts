import { parseTaskName } from '../../../wire/task-name.js';
import type { Method } from '../method.js';

/** CancelTask: answers with the task, already CANCELLED. */
export const cancelTask: Method<'cancelTask'> = {
  scope: 'tasks.cancel',
  call: async ({ tasks, print }, request, { caller, baseUrl }) =>
    print.task(await tasks.cancel({ tenant: caller.tenant, id: parseTaskName(request.name) }), baseUrl),
};
