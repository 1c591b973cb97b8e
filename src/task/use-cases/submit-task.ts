import type { ParsedSpec } from '../../composition/parsed-spec.js';
import type { Violation } from '../../composition/violation.js';
import { TaskError } from '../errors.js';
import type { AssetSource } from '../ports/asset-source.js';
import type { Clock } from '../ports/clock.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import { DEFAULT_MAX_ATTEMPTS } from '../retry-policy.js';
import type { Task } from '../task.js';
import { submitted } from '../transitions.js';

export interface SubmitCommand {
  readonly tenant: string;
  readonly requestId: string | null;
  /** SHA-256 of the body as it was sent, before defaults. */
  readonly requestHash: string;
  /** The spec as canonical JSON: what is stored. */
  readonly specJson: string;
  readonly spec: ParsedSpec;
}

interface Needs {
  readonly store: TaskStore;
  readonly assets: AssetSource;
  readonly clock: Clock;
  readonly events: TaskEvents;
}

/**
 * Checks a spec, stores it as a queued task and returns that. Repeating a submit with the same request id and body returns the
 * task of the first one, even if its inputs are gone by now.
 * @throws TaskError INVALID_REQUEST with every violation, REQUEST_ID_REUSED, STORE_UNAVAILABLE. Nothing is stored then, except
 * that after STORE_UNAVAILABLE it may have been: repeat it with the same request id.
 */
export async function submitTask(needs: Needs, command: SubmitCommand): Promise<Task> {
  const earlier = command.requestId === null ? null : await needs.store.findByRequestId(command.tenant, command.requestId);
  if (earlier) return sameRequest(earlier, command);

  const violations = [...command.spec.violations, ...(await assetViolations(needs.assets, command.spec))];
  if (violations.length > 0) throw new TaskError({ reason: 'INVALID_REQUEST', violations });

  const task = submitted({
    id: needs.clock.newTaskId(),
    tenant: command.tenant,
    requestId: command.requestId,
    requestHash: command.requestHash,
    maxAttempts: DEFAULT_MAX_ATTEMPTS,
    nowMs: needs.clock.nowMs(),
  });
  const result = await needs.store.insert(task, command.specJson);
  if (result.kind === 'request-id-taken') return sameRequest(result.task, command);
  needs.events.submitted(task);
  return task;
}

function sameRequest(earlier: Task, command: SubmitCommand): Task {
  if (earlier.requestHash === command.requestHash) return earlier;
  throw new TaskError({ reason: 'REQUEST_ID_REUSED', requestId: command.requestId ?? '' });
}

async function assetViolations(assets: AssetSource, spec: ParsedSpec): Promise<Violation[]> {
  const checked = await Promise.all(
    spec.assets.map(async ({ uri, field }) => {
      const problem = await assets.check(uri);
      return problem ? [{ field, description: problem.description }] : [];
    }),
  );
  return checked.flat();
}
