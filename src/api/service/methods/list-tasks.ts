import type { CallContext } from 'nice-grpc';
import type { ListTasksRequest, ListTasksResponse } from '../../../../generated/cutroom/v1/task_service.js';
import { tenantOf } from '../../tenant.js';
import type { MethodDeps } from './method-deps.js';

/** ListTasks: a page of tasks. */
export function listTasks({ tasks, print }: MethodDeps) {
  return async (
    { pageSize, pageToken, filter, orderBy }: ListTasksRequest,
    context: CallContext,
  ): Promise<ListTasksResponse> => {
    const page = await tasks.list({ tenant: tenantOf(context), pageSize, pageToken, filter, orderBy });
    return { tasks: page.tasks.map((task) => print.task(task)), nextPageToken: page.nextPageToken };
  };
}
