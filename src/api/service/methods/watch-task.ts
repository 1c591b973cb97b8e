import { CallError } from '../../../task/call-error.js';
import { parseTaskName } from '../../../wire/task-name.js';
import type { Method } from '../method.js';
import { heartbeatOf, printPreview } from '../task-printer.js';

/** WatchTask: streams the task as it changes, to its end. It is pulled as fast as the watcher reads, so no queue grows here. */
export const watchTask: Method<'watchTask'> = async function* ({ tasks, print }, request, { caller, signal, baseUrl }) {
  const key = { tenant: caller.tenant, id: parseTaskName(request.name) };
  const { includePreviews } = request;
  const afterRevision = parseRevision(request.afterRevision);
  for await (const event of tasks.watch(key, { afterRevision, includePreviews, signal })) {
    switch (event.kind) {
      case 'task':
        yield print.event(event.task, baseUrl, event.place);
        break;
      case 'heartbeat':
        yield heartbeatOf(event.place);
        break;
      case 'preview':
        yield printPreview(event.preview);
        break;
    }
  }
};

function parseRevision(revision: bigint | undefined): number | null {
  if (revision === undefined) return null;
  if (revision >= 0n) return Number(revision);
  throw new CallError({
    reason: 'INVALID_REQUEST',
    violations: [{ field: 'after_revision', description: 'must not be negative' }],
  });
}
