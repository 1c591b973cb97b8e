import { parseSubmit } from '../../../wire/parse-submit.js';
import { printValidated } from '../../../wire/print-validated.js';
import type { Method } from '../method.js';

/** SubmitTask: answers with the stored task; with `validate_only`, with the task that a submit would have stored. */
export const submitTask: Method<'submitTask'> = {
  scope: 'tasks.submit',
  call: async ({ tasks, print }, request, context) => {
    const command = { ...parseSubmit(request, context.caller), trace: context.trace };
    if (!request.validateOnly) return print.task(await tasks.submit(command), context.baseUrl);
    const { task, resolution } = await tasks.validate(command, context.signal);
    return printValidated(print.task(task, context.baseUrl), { spec: request.spec, resolution });
  },
};
