import type { CallContext } from 'nice-grpc';
import { type GetTaskRequest, TaskView } from '../../../../generated/cutroom/v1/task_service.js';
import type { Task as WireTask } from '../../../../generated/cutroom/v1/task.js';
import type { Task, TaskKey } from '../../../task/task.js';
import { parseGet } from '../../../wire/parse-get.js';
import { printFullTask } from '../../../wire/print-full-task.js';
import { tenantOf } from '../../tenant.js';
import type { MethodNeeds } from './method-needs.js';

/** GetTask: the task as it is now, or once it is past a revision. */
export function getTask({ tasks, print }: MethodNeeds) {
  return async (request: GetTaskRequest, context: CallContext): Promise<WireTask> => {
    const { id, wait, view } = parseGet(request);
    const key: TaskKey = { tenant: tenantOf(context), id };
    const task: Task = wait ? await tasks.wait(key, { ...wait, signal: context.signal }) : await tasks.get(key);
    const basic = print.task(task);
    return view === TaskView.TASK_VIEW_FULL ? printFullTask(basic, await tasks.details(task)) : basic;
  };
}
