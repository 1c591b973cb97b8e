import type { TaskEvent } from '../../../../generated/cutroom/v1/task_service.js';
import { CallError } from '../../../task/call-error.js';
import type { WatchEvent } from '../../../task/watch-event.js';
import type { MethodContext } from '../../chain/call.js';
import { parseTaskName } from '../../../wire/task-name.js';
import type { Method, MethodDeps } from '../method.js';
import { heartbeatOf, printPreview } from '../task-printer.js';

/** WatchTask: streams the task as it changes, to its end. No queue grows: a watcher who is behind gets the newest state next. */
export const watchTask: Method<'watchTask'> = {
  scope: 'tasks.read',
  call: ({ tasks, print }, request, context) => {
    const key = { tenant: context.caller.tenant, id: parseTaskName(request.name) };
    const options = { afterRevision: parseRevision(request.afterRevision), includePreviews: request.includePreviews };
    return (sink) =>
      tasks.watch(key, options, {
        event: (event) => {
          sink.send(printEvent(print, event, context));
        },
        end: (error) => {
          sink.end(error);
        },
      });
  },
};

function printEvent(print: MethodDeps['print'], event: WatchEvent, context: MethodContext): TaskEvent {
  switch (event.kind) {
    case 'task':
      // URLs are in tasks with outputs only, and the base of others is not worth a look at the call.
      return print.event(event.task, event.task.outputs.length === 0 ? '' : context.baseUrl, event.place);
    case 'heartbeat':
      return heartbeatOf(event.place);
    case 'preview':
      return printPreview(event.preview);
  }
}

function parseRevision(revision: bigint | undefined): number | null {
  if (revision === undefined) return null;
  if (revision >= 0n) return Number(revision);
  throw new CallError({
    reason: 'INVALID_REQUEST',
    violations: [{ field: 'after_revision', description: 'must not be negative' }],
  });
}
