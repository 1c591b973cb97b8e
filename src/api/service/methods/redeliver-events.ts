import { parseTaskName } from '../../../wire/task-name.js';
import type { Method } from '../method.js';

/** RedeliverEvents: answers with the task, its deliveries pending again. */
export const redeliverEvents: Method<'redeliverEvents'> = {
  scope: 'tasks.submit',
  call: async ({ tasks, print }, { name, includeDelivered }, { caller, baseUrl }) => {
    const key = { tenant: caller.tenant, id: parseTaskName(name) };
    return print.task(await tasks.redeliver(key, { includeDelivered }), baseUrl);
  },
};
