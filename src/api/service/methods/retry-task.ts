import type { CallContext } from 'nice-grpc';
import type { RetryTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import type { Task } from '../../../../generated/cutroom/v1/task.js';
import { parseTaskName } from '../../../wire/task-name.js';
import { tenantOf } from '../../tenant.js';
import type { MethodDeps } from './method-deps.js';

/** RetryTask: the task, queued again. */
export function retryTask({ tasks, print }: MethodDeps) {
  return async (request: RetryTaskRequest, context: CallContext): Promise<Task> => {
    return print.task(await tasks.retry({ tenant: tenantOf(context), id: parseTaskName(request.name) }));
  };
}
