import { parseTaskName } from '../../../wire/task-name.js';
import type { Method } from '../method.js';

/** DeleteTask: answers once record and outputs are removed. */
export const deleteTask: Method<'deleteTask'> = {
  scope: 'tasks.cancel',
  call: async ({ tasks }, request, { caller }) => {
    const key = { tenant: caller.tenant, id: parseTaskName(request.name) };
    await tasks.delete(key, { dropDeliveries: request.dropDeliveries });
    return {};
  },
};
