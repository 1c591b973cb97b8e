import { CallError } from '../../../task/call-error.js';
import { isTerminal, type Task, type TaskKey } from '../../../task/task.js';
import type { WaitOptions } from '../../../task/use-cases/task-use-cases.js';
import { detailsFor } from '../../../wire/details-for.js';
import { parseGet } from '../../../wire/parse-get.js';
import { printFullTask } from '../../../wire/print-full-task.js';
import type { MethodContext } from '../../chain/call.js';
import { whileHeld } from '../../chain/while-held.js';
import type { Method, MethodDeps } from '../method.js';

/** GetTask: answers with the task as it is now, or once it is past a revision. */
export const getTask: Method<'getTask'> = {
  scope: 'tasks.read',
  call: async (deps, request, context) => {
    const { tasks, print } = deps;
    const { id, wait, view } = parseGet(request);
    const key: TaskKey = { tenant: context.caller.tenant, id };
    const task = wait ? await waitWhileServing(deps, key, wait, context) : await tasks.get(key);
    const basic = print.task(task, context.baseUrl, await tasks.queuePlaceOf(task));
    return view === 'FULL' ? printFullTask(basic, detailsFor(context.caller, await tasks.details(task))) : basic;
  },
};

/**
 * Waits for a change until the caller goes, its credentials end or the server drains. A change that has come by then is still answered. Without one the caller must
 * wait on another replica: the unchanged task as the answer would send it back here.
 * @throws CallError DRAINING, UNAUTHENTICATED.
 */
async function waitWhileServing(
  { tasks, drain }: MethodDeps,
  key: TaskKey,
  wait: Omit<WaitOptions, 'signal'>,
  { session, signal }: MethodContext,
): Promise<Task> {
  return whileHeld(session, [signal, drain], async (either) => {
    const task = await tasks.wait(key, { ...wait, signal: either });
    if (drain.aborted && task.revision <= wait.afterRevision && !isTerminal(task.state))
      throw new CallError({ reason: 'DRAINING' });
    return task;
  });
}
