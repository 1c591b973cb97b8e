import type { CallContext } from 'nice-grpc';
import type { SubmitTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import type { Task } from '../../../../generated/cutroom/v1/task.js';
import { parseSubmit } from '../../../wire/parse-submit.js';
import { printValidated } from '../../../wire/print-validated.js';
import { tenantOf } from '../../tenant.js';
import type { MethodDeps } from './method-deps.js';

/** SubmitTask: the stored task, or with `validate_only` the one that would have been. */
export function submitTask({ tasks, print }: MethodDeps) {
  return async (request: SubmitTaskRequest, context: CallContext): Promise<Task> => {
    const command = parseSubmit(request, tenantOf(context));
    if (!request.validateOnly) return print.task(await tasks.submit(command));
    const task = await tasks.validate(command, context.signal);
    return printValidated(print.task(task), request.spec);
  };
}
