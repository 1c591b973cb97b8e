import type { CallContext } from 'nice-grpc';
import type { GetTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import type { Task } from '../../../../generated/cutroom/v1/task.js';
import { parseTaskName } from '../../../wire/task-name.js';
import { tenantOf } from '../../tenant.js';
import type { MethodNeeds } from './method-needs.js';

/** GetTask: the task as it is now. */
export function getTask({ tasks, print }: MethodNeeds) {
  return async (request: GetTaskRequest, context: CallContext): Promise<Task> => {
    return print.task(await tasks.get({ tenant: tenantOf(context), id: parseTaskName(request.name) }));
  };
}
