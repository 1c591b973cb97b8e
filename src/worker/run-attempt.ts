import { formatDiagnostics, type Diagnostics } from '../task/diagnostics.js';
import { failureOf, type TaskFailure } from '../task/failure.js';
import type { DiagnosticsStore } from '../task/ports/diagnostics-store.js';
import type { Clock } from '../task/ports/clock.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { OutputUploader } from '../task/ports/output-uploader.js';
import type { Renderer, RenderJob, RenderResult } from '../task/ports/renderer.js';
import type { TenantLimits } from '../task/limits.js';
import { withPixelLimit } from '../task/pixel-frames.js';
import type { Span, Spans } from '../task/ports/spans.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { Previews } from '../task/previews.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { TaskStore } from '../task/ports/task-store.js';
import type { UsageStore } from '../task/ports/usage-store.js';
import type { ValidSpec } from '../composition/parsed-spec.js';
import type { PhaseTiming, Task } from '../task/task.js';
import { failed, handedBack, succeeded } from '../task/lifecycle.js';
import { delay } from '../task/wait.js';
import { createLeaseKeeper } from './lease-keeper.js';
import type { AttemptHelpers } from './attempt-helpers.js';
import { countedForDay } from './counted-for-day.js';
import type { Intake } from './intake.js';
import { putOutputs } from './put-outputs.js';
import { LeaseLostError, type AttemptLease, type LossReason } from './attempt-lease.js';

export interface RunAttemptDeps {
  readonly store: TaskStore & DiagnosticsStore & UsageStore;
  readonly renderer: Renderer;
  readonly outputs: OutputStore;
  readonly uploader: PerTenant<OutputUploader>;
  readonly clock: Clock;
  readonly events: TaskEvents;
  readonly previews: Pick<Previews, 'show' | 'remove'>;
  /** Reads a stored spec. */
  readonly parseSpec: (specJson: string) => ValidSpec;
  /** Of tenants. Default: none. */
  readonly limits?: PerTenant<Pick<TenantLimits, 'running' | 'pixelFrames' | 'pixelFramesPerDay'>>;
  /** The first attempt since the submit or retry of the task. */
  readonly isFirst: boolean;
  readonly heartbeatMs: number;
  readonly progressIntervalMs: number;
  /** Where attempts are shown to whoever looks. Default: nobody. */
  readonly spans?: Spans;
  /** Other workers for the steps of an attempt; null: there are none. */
  readonly helpersOf: ((task: Task) => AttemptHelpers | null) | null;
  /** Hears how attempts end. */
  readonly intake: Pick<Intake, 'isMachineAtFault' | 'succeeded'>;
  /** Aborted when the worker stops: then nothing is tried for long any more. */
  readonly stopping: AbortSignal;
}

interface AttemptDeps extends RunAttemptDeps {
  /** Logs a fault with the ids of the task. */
  readonly backgroundError: (message: string, cause: unknown) => void;
}

/** Why a render is stopped from outside. */
export type StopReason = LossReason | 'drain';

/** Stops one attempt: its render is killed at once. */
export interface AttemptStop {
  readonly signal: AbortSignal;
  readonly reason: () => StopReason | null;
  readonly stop: (reason: StopReason) => void;
}

export function createAttemptStop(): AttemptStop {
  const controller = new AbortController();
  let reason: StopReason | null = null;
  return {
    signal: controller.signal,
    reason: () => reason,
    stop(why) {
      // A loss overrides a drain: a task without a lease cannot be handed back.
      if (reason === null || reason === 'drain') reason = why;
      controller.abort();
    },
  };
}

type Outcome = (
  | { readonly kind: 'rendered'; readonly result: RenderResult }
  | { readonly kind: 'failed'; readonly failure: TaskFailure; readonly cause: unknown }
) & {
  /** As the renderer measured them; none: it was not begun. */
  readonly phaseTimings?: readonly PhaseTiming[];
};

const STORING = 'cannot store the end of an attempt';
const COMMIT_RETRY_MS = 200;
const GIVE_BACK_RETRY_MS = 1000;
/** How long the end of an attempt is tried to be stored once the worker stops: what stops it kills it before long. */
const STOPPING_PATIENCE_MS = 2000;

/**
 * Renders a claimed task and stores how it ended: SUCCEEDED, FAILED, queued again after an error that may pass, or handed back when
 * it was stopped by a drain, or failed because of this machine. When the lease is lost nothing is stored, and the outputs published under this fence are removed. Never rejects.
 */
export async function runAttempt(
  given: RunAttemptDeps,
  task: Task,
  lease: AttemptLease,
  stop: AttemptStop,
): Promise<void> {
  const backgroundError = (message: string, cause: unknown) => {
    given.events.backgroundError(message, cause, task);
  };
  const deps: AttemptDeps = { ...given, backgroundError };
  const span = beginSpan(deps, task);
  const outcome = await renderUnderLease(deps, task, lease, { stop, span });
  span?.end(outcome.kind === 'failed' ? (stop.reason() ?? outcome.cause) : undefined);
  try {
    const reason = stop.reason();
    if (reason === 'lost' || reason === 'cancelled') throw new LeaseLostError(reason);
    await storeEnd(deps, lease, stop, outcome);
  } catch (error) {
    if (error instanceof LeaseLostError && error.reason === 'cancelled') deps.events.attemptCancelled(task);
    else deps.events.attemptLost(task);
    // Otherwise the store failed, and the end may be stored with these files in it: then they stay.
    if (error instanceof LeaseLostError) await removeOutputs(deps, lease);
    if (!(error instanceof LeaseLostError)) deps.backgroundError(STORING, error);
    else if (error.reason === 'lost') await giveBack(deps, lease);
  }
}

/** Continues the trace of the submit, however long the task was queued. */
function beginSpan({ spans }: AttemptDeps, { id, tenant, attempt, fence, trace }: Task): Span | null {
  if (!spans) return null;
  return spans.begin('attempt', {
    kind: 'CONSUMER',
    traceparent: trace?.traceparent,
    attributes: {
      'cutroom.task': `tasks/${id}`,
      'cutroom.tenant': tenant,
      'cutroom.attempt': attempt,
      'cutroom.fence': fence,
    },
  });
}

/** What an attempt is stopped by, and shown in. */
interface Bounds {
  readonly stop: AttemptStop;
  readonly span: Span | null;
}

async function renderUnderLease(
  deps: AttemptDeps,
  task: Task,
  lease: AttemptLease,
  { stop, span }: Bounds,
): Promise<Outcome> {
  const keeper = createLeaseKeeper(lease, deps);
  const ended = new AbortController();
  const keeping = keeper.run(ended.signal).catch((error: unknown) => {
    stop.stop(error instanceof LeaseLostError ? error.reason : 'lost');
  });
  const helpers = deps.helpersOf?.(task) ?? null;
  let phases: Pick<Outcome, 'phaseTimings'> = {};
  try {
    const specJson = await retryWhileLeased(deps, lease, 'cannot read the spec of a task', () =>
      deps.store.getSpec(lease.key),
    );
    if (specJson === null) throw new Error('the spec of a claimed task is missing');
    const job = countedForDay(deps, task, jobOf(deps, task, specJson));
    const result = await deps.renderer.render(job, {
      signal: stop.signal,
      ...(span && { span }),
      onProgress: (progress) => {
        phases = { phaseTimings: progress.phaseTimings };
        keeper.report(progress);
      },
      onPreview: (jpeg) => {
        // None after a cancel: its watchers have heard of the end.
        if (!stop.signal.aborted) deps.previews.show(lease.key, jpeg);
      },
      ...(helpers && { helpers }),
      onDiagnostics: (diagnostics) => {
        keepDiagnostics(deps, task, diagnostics);
      },
    });
    const outputs = await putOutputs(
      {
        outputs: deps.outputs,
        uploader: deps.uploader.of(task.tenant),
        attempt: lease,
        confirm: () => retryWhileLeased(deps, lease, 'cannot confirm the lease on a task', () => lease.confirm()),
      },
      job.outputs,
      result.outputs,
      stop.signal,
    );
    return { kind: 'rendered', result: { ...result, outputs }, ...phases };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error), cause: error, ...phases };
  } finally {
    deps.previews.remove(lease.key);
    ended.abort();
    await Promise.all([keeping, helpers?.close()]);
  }
}

/** The attempt of a running task. */
export function jobOf(
  { parseSpec, limits }: Pick<RunAttemptDeps, 'parseSpec' | 'limits'>,
  task: Task,
  specJson: string,
): RenderJob {
  return {
    key: { tenant: task.tenant, id: task.id },
    fence: task.fence,
    attemptId: task.attemptId ?? '',
    attempt: task.attempt,
    trace: task.trace ?? {},
    ...limited(parseSpec(specJson), limits?.of(task.tenant).pixelFrames ?? null),
    timeouts: task.timeouts,
    cache: task.cache ?? 'USE',
  };
}

/** The size of a task is known once its inputs are read: its plan fails then. */
function limited(spec: ValidSpec, pixelFrames: number | null): ValidSpec {
  return pixelFrames === null ? spec : withPixelLimit(spec, pixelFrames);
}

/** Beside the attempt, not in its way: diagnostics that cannot be stored do not cost a caller the video. */
function keepDiagnostics(deps: AttemptDeps, task: Task, diagnostics: Omit<Diagnostics, 'attempt'>): void {
  deps.store
    .putDiagnostics(task, formatDiagnostics({ attempt: task.attempt, ...diagnostics }), task)
    .catch((error: unknown) => {
      deps.backgroundError('cannot store the diagnostics of an attempt', error);
    });
}

/** A task is not failed for a machine whose disk is full, say: this one when it is fit again, or another, renders it. */
async function isMachineAtFault(
  deps: AttemptDeps,
  { failure, cause }: Extract<Outcome, { kind: 'failed' }>,
): Promise<boolean> {
  if (!(await deps.intake.isMachineAtFault(failure))) return false;
  deps.backgroundError('an attempt failed because of this machine; its task is handed back', cause);
  return true;
}

/** The one write that ends an attempt, repeated while its outcome is unknown and the lease lasts. */
async function storeEnd(deps: AttemptDeps, lease: AttemptLease, stop: AttemptStop, outcome: Outcome): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const isHandedBack =
    outcome.kind === 'failed' && (stop.reason() === 'drain' || (await isMachineAtFault(deps, outcome)));
  const end = (task: Task): Task => {
    if (outcome.kind === 'rendered') return succeeded(task, outcome.result, nowMs, outcome.phaseTimings);
    return isHandedBack ? handedBack(task, nowMs) : failed(task, outcome.failure, nowMs, outcome.phaseTimings);
  };
  const stored = await retryWhileLeased(deps, lease, STORING, () => lease.change(end));
  if (isHandedBack) deps.events.handedBack(stored);
  else deps.events.attemptEnded(stored, outcome.kind === 'failed' ? outcome : { failure: null, cause: null });
  if (stored.state === 'SUCCEEDED') deps.intake.succeeded();
  // Whatever earlier attempts left behind is garbage now.
  if (outcome.kind === 'failed') await removeOutputs(deps, lease);
  else await tidy(deps, () => deps.outputs.discard(lease.key, { keepFence: lease.fence }));
}

async function retryWhileLeased<T>(
  deps: AttemptDeps,
  lease: AttemptLease,
  message: string,
  call: () => Promise<T>,
): Promise<T> {
  let firstFailureMs: number | null = null;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof LeaseLostError || lease.mayHaveExpired) throw error;
      firstFailureMs ??= deps.clock.monotonicMs();
      if (deps.stopping.aborted && deps.clock.monotonicMs() - firstFailureMs > STOPPING_PATIENCE_MS) throw error;
      deps.backgroundError(message, error);
      await delay(COMMIT_RETRY_MS, new AbortController().signal);
    }
  }
}

/**
 * Once the store answers, so that a worker that lived through its outage costs the task nothing. Meanwhile it could claim nothing
 * else anyway.
 */
async function giveBack(deps: AttemptDeps, lease: AttemptLease): Promise<void> {
  for (;;) {
    try {
      const task = await lease.giveBack();
      if (task) deps.events.handedBack(task);
      return;
    } catch (error) {
      deps.backgroundError('cannot give back a task whose lease ended', error);
      if (deps.stopping.aborted) return;
      await delay(GIVE_BACK_RETRY_MS, deps.stopping);
    }
  }
}

/** Also those of a render that was stopped while it published. */
async function removeOutputs(deps: AttemptDeps, { key, fence, attemptId }: AttemptLease): Promise<void> {
  await tidy(deps, () => deps.outputs.discardAttempt({ key, fence, attemptId }));
}

/** A file that cannot be removed costs disk, not correctness. */
async function tidy(deps: AttemptDeps, remove: () => Promise<void>): Promise<void> {
  await remove().catch((error: unknown) => {
    deps.backgroundError('cannot remove files of an ended attempt', error);
  });
}
