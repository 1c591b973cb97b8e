import type { CallContext } from 'nice-grpc';
import type { ListTasksRequest, ListTasksResponse } from '../../../../generated/cutroom/v1/task_service.js';
import { tenantOf } from '../../tenant.js';
import type { MethodNeeds } from './method-needs.js';

/** ListTasks: a page of tasks, newest first. */
export function listTasks({ tasks, print }: MethodNeeds) {
  return async ({ pageSize, pageToken }: ListTasksRequest, context: CallContext): Promise<ListTasksResponse> => {
    const page = await tasks.list({ tenant: tenantOf(context), pageSize, pageToken });
    return { tasks: page.tasks.map((task) => print.task(task)), nextPageToken: page.nextPageToken };
  };
}
