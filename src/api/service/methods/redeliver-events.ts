import { parseTaskName } from '../../../wire/task-name.js';
import type { Method } from '../method.js';

/** RedeliverEvents: answers with the task, its deliveries pending again; to a caller that may not read tasks without its outputs, as RetryTask does. */
export const redeliverEvents: Method<'redeliverEvents'> = {
  scope: 'tasks.submit',
  call: async ({ tasks, print }, { name, includeDelivered, includeGone }, { caller, baseUrl }) => {
    const key = { tenant: caller.tenant, id: parseTaskName(name) };
    const task = await tasks.redeliver(key, { includeDelivered, includeGone });
    return print.task(caller.scopes.includes('tasks.read') ? task : { ...task, outputs: [] }, baseUrl);
  },
};
