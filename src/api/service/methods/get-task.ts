import type { CallContext } from 'nice-grpc';
import { type GetTaskRequest, TaskView } from '../../../../generated/cutroom/v1/task_service.js';
import type { Task as WireTask } from '../../../../generated/cutroom/v1/task.js';
import { CallError } from '../../../task/call-error.js';
import { isTerminal, type Task, type TaskKey } from '../../../task/task.js';
import type { WaitOptions } from '../../../task/use-cases/task-use-cases.js';
import { parseGet } from '../../../wire/parse-get.js';
import { printFullTask } from '../../../wire/print-full-task.js';
import { eitherSignal } from '../../either-signal.js';
import { tenantOf } from '../../tenant.js';
import type { MethodDeps } from './method-deps.js';

/** GetTask: the task as it is now, or once it is past a revision. */
export function getTask(deps: MethodDeps) {
  const { tasks, print } = deps;
  return async (request: GetTaskRequest, context: CallContext): Promise<WireTask> => {
    const { id, wait, view } = parseGet(request);
    const key: TaskKey = { tenant: tenantOf(context), id };
    const task = wait ? await waitWhileServing(deps, key, { ...wait, signal: context.signal }) : await tasks.get(key);
    const basic = print.task(task);
    return view === TaskView.TASK_VIEW_FULL ? printFullTask(basic, await tasks.details(task)) : basic;
  };
}

/**
 * Waits for news until the caller goes or the server leaves. Then what is new is still told; where there is nothing, another replica must be
 * waited on, and to answer with the task as it is would send the caller back here.
 * @throws CallError DRAINING.
 */
async function waitWhileServing({ tasks, drain }: MethodDeps, key: TaskKey, wait: WaitOptions): Promise<Task> {
  const either = eitherSignal(wait.signal, drain);
  try {
    const task = await tasks.wait(key, { ...wait, signal: either.signal });
    if (drain.aborted && task.revision <= wait.afterRevision && !isTerminal(task.state))
      throw new CallError({ reason: 'DRAINING' });
    return task;
  } finally {
    either.release();
  }
}
