import type { CallContext } from 'nice-grpc';
import type { TaskEvent, WatchTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import { CallError } from '../../../task/call-error.js';
import { parseTaskName } from '../../../wire/task-name.js';
import { tenantOf } from '../../tenant.js';
import type { MethodDeps } from './method-deps.js';
import { HEARTBEAT } from '../task-printer.js';

/** WatchTask: the task as it changes, to its end. It is pulled as fast as the watcher reads, so no queue grows here. */
export function watchTask({ tasks, print }: MethodDeps) {
  return async function* (request: WatchTaskRequest, context: CallContext): AsyncGenerator<TaskEvent, void, undefined> {
    const key = { tenant: tenantOf(context), id: parseTaskName(request.name) };
    const afterRevision = parseRevision(request.afterRevision);
    for await (const event of tasks.watch(key, { afterRevision, signal: context.signal })) {
      switch (event.kind) {
        case 'task':
          yield print.event(event.task);
          break;
        case 'heartbeat':
          yield HEARTBEAT;
          break;
      }
    }
  };
}

function parseRevision(revision: bigint | undefined): number | null {
  if (revision === undefined) return null;
  if (revision >= 0n) return Number(revision);
  throw new CallError({
    reason: 'INVALID_REQUEST',
    violations: [{ field: 'after_revision', description: 'must not be negative' }],
  });
}
