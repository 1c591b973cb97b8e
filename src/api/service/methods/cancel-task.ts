import type { CallContext } from 'nice-grpc';
import type { CancelTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import type { Task } from '../../../../generated/cutroom/v1/task.js';
import { parseTaskName } from '../../../wire/task-name.js';
import { tenantOf } from '../../tenant.js';
import type { MethodDeps } from './method-deps.js';

/** CancelTask: the task, already CANCELLED. */
export function cancelTask({ tasks, print }: MethodDeps) {
  return async (request: CancelTaskRequest, context: CallContext): Promise<Task> => {
    return print.task(await tasks.cancel({ tenant: tenantOf(context), id: parseTaskName(request.name) }));
  };
}
