import type { CallContext } from 'nice-grpc';
import type { SubmitTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import type { Task } from '../../../../generated/cutroom/v1/task.js';
import { parseSubmit } from '../../../wire/parse-submit.js';
import { tenantOf } from '../../tenant.js';
import type { MethodNeeds } from './method-needs.js';

/** SubmitTask: checks a composition, stores it, answers with the queued task. */
export function submitTask({ tasks, print }: MethodNeeds) {
  return async (request: SubmitTaskRequest, context: CallContext): Promise<Task> => {
    return print.task(await tasks.submit(parseSubmit(request, tenantOf(context))));
  };
}
