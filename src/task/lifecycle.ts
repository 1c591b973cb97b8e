import { withEvents } from './deliveries.js';
import type { TaskFailure } from './failure.js';
import { queueRankMs } from './queue-rank.js';
import { shouldRetry } from './retry-policy.js';
import type { Output, PhaseTiming, ProgressReport, Task, Warning } from './task.js';
import type { TaskOptions } from './task-options.js';
import type { Trace } from './trace.js';

/** How many workers in a row may die over a task before it is failed as poison: an attempt that ends in any other way ends the row. */
export const MAX_WORKER_LOSSES = 3;

/** The parts of a new task that a submit decides; everything else follows. */
export interface NewTask {
  readonly id: string;
  readonly tenant: string;
  readonly requestId: string | null;
  readonly requestHash: string;
  readonly options: TaskOptions;
  /** Warnings about the request itself; default: none. */
  readonly warnings?: readonly Warning[];
  /** The ids of the submit; default: none. */
  readonly trace?: Trace;
  readonly nowMs: number;
}

/** A new task, queued. */
export function submitted(input: NewTask): Task {
  const submitWarnings = input.warnings ?? [];
  return {
    id: input.id,
    tenant: input.tenant,
    state: 'QUEUED',
    revision: 1,
    fence: 0,
    attemptId: null,
    owner: null,
    requestId: input.requestId,
    requestHash: input.requestHash,
    ...(input.trace && Object.keys(input.trace).length > 0 ? { trace: input.trace } : {}),
    ...input.options,
    queueRankMs: queueRankMs(input.nowMs, input.options.priority),
    percent: 0,
    progress: null,
    estimatedEndTimeMs: null,
    phaseTimings: [],
    outputs: [],
    failure: null,
    submitWarnings,
    warnings: submitWarnings,
    attempt: 0,
    failures: 0,
    workerLosses: 0,
    createTimeMs: input.nowMs,
    queueDeadlineMs: input.nowMs + input.options.timeouts.queueMs,
    startTimeMs: null,
    endTimeMs: null,
    updateTimeMs: input.nowMs,
    expireTimeMs: null,
  };
}

/** A worker takes a queued task: a new attempt begins under a higher fence. */
export function claimed(task: Task, claim: { attemptId: string; owner: string; nowMs: number }): Task {
  return {
    ...movedOn(task, 'WENT_ON', claim.nowMs),
    state: 'RUNNING',
    fence: task.fence + 1,
    attemptId: claim.attemptId,
    owner: claim.owner,
    attempt: task.attempt + 1,
    percent: 0,
    progress: { phase: 'FETCHING', percent: 0, framesDone: 0, framesTotal: 0, outTimeUs: 0, speed: 0 },
    phaseTimings: [{ phase: 'FETCHING', durationMs: 0 }],
    queueDeadlineMs: null,
    failure: null,
    warnings: task.submitWarnings,
    startTimeMs: claim.nowMs,
  };
}

/** The attempt got further. Percent never goes back within an attempt, and 100 is left to SUCCEEDED. */
export function progressed(task: Task, report: ProgressReport, nowMs: number): Task {
  const { phaseTimings, remainingMs, ...progress } = report;
  const percent = Math.max(task.percent, Math.min(99, Math.max(0, Math.floor(progress.percent))));
  return {
    ...changed(task, nowMs),
    percent,
    progress: { ...progress, percent },
    estimatedEndTimeMs: remainingMs === null ? null : nowMs + remainingMs,
    phaseTimings,
  };
}

/** The attempt ended with verified output. @param phaseTimings as its renderer measured them. */
export function succeeded(
  task: Task,
  result: { outputs: readonly Output[]; warnings: readonly Warning[] },
  nowMs: number,
  phaseTimings = phasesUntil(task, nowMs),
): Task {
  return {
    ...ended(task, nowMs, phaseTimings),
    state: 'SUCCEEDED',
    percent: 100,
    outputs: result.outputs,
    warnings: [...task.submitWarnings, ...result.warnings],
  };
}

/**
 * The attempt ended in an error of the task's own: queued again while the policy allows, else FAILED.
 * @param phaseTimings as its renderer measured them.
 */
export function failed(task: Task, failure: TaskFailure, nowMs: number, phaseTimings = phasesUntil(task, nowMs)): Task {
  const failures = task.failures + 1;
  if (shouldRetry(failure, failures, task.maxAttempts)) {
    return { ...requeued(task, nowMs), failures, workerLosses: 0, failure };
  }
  return { ...ended(task, nowMs, phaseTimings), state: 'FAILED', failures, failure };
}

/** The caller cancelled it. Raising the fence voids whatever its worker still writes. */
export function cancelled(task: Task, nowMs: number): Task {
  return { ...ended(task, nowMs), state: 'CANCELLED', fence: task.fence + 1 };
}

/** No worker took it in time. */
export function queueTimedOut(task: Task, nowMs: number): Task {
  const message = `no worker took the task within ${String(Math.round(task.timeouts.queueMs / 1000))} s`;
  return {
    ...ended(task, nowMs),
    state: 'FAILED',
    failure: { reason: 'QUEUE_TIMEOUT', message, field: 'timeouts.queue' },
  };
}

/** A caller retries a failed or cancelled task: queued again as if it were new, at the end of the queue. */
export function retried(task: Task, nowMs: number): Task {
  return {
    ...requeued(task, nowMs),
    failures: 0,
    workerLosses: 0,
    failure: null,
    warnings: task.submitWarnings,
    startTimeMs: null,
    endTimeMs: null,
    expireTimeMs: null,
    queueRankMs: queueRankMs(nowMs, task.priority),
    queueDeadlineMs: nowMs + task.timeouts.queueMs,
  };
}

/** The worker lives and gives the task back; that costs the task nothing, and ends a row of workers that died over it. */
export function handedBack(task: Task, nowMs: number): Task {
  return { ...requeued(task, nowMs), workerLosses: 0 };
}

/** A worker that was taken for dead lives: its loss does not count. */
export function lossWithdrawn(task: Task, nowMs: number): Task {
  return { ...changed(task, nowMs), workerLosses: Math.max(0, task.workerLosses - 1) };
}

/** The worker died. That costs the task no failure, unless it has killed several: then it is poison. */
export function workerLost(task: Task, nowMs: number): Task {
  const workerLosses = task.workerLosses + 1;
  if (workerLosses < MAX_WORKER_LOSSES) return { ...requeued(task, nowMs), workerLosses };
  const message = `${String(workerLosses)} workers in a row died while rendering this task`;
  return {
    ...ended(task, nowMs),
    state: 'FAILED',
    workerLosses,
    failure: { reason: 'WORKER_LOST', message, field: '' },
  };
}

function changed(task: Task, nowMs: number): Task {
  return { ...task, revision: task.revision + 1, updateTimeMs: nowMs };
}

/** A change of the state, and with it the entries of the outbox: one compare-and-set stores both. */
function movedOn(task: Task, change: 'ENDED' | 'WENT_ON', nowMs: number): Task {
  const next = changed(task, nowMs);
  return { ...next, ...withEvents(next, change, nowMs) };
}

function ended(task: Task, nowMs: number, phaseTimings = phasesUntil(task, nowMs)): Task {
  return {
    ...movedOn(task, 'ENDED', nowMs),
    attemptId: null,
    owner: null,
    endTimeMs: nowMs,
    expireTimeMs: nowMs + task.ttlMs,
    queueDeadlineMs: null,
    estimatedEndTimeMs: null,
    phaseTimings,
  };
}

function requeued(task: Task, nowMs: number): Task {
  return {
    ...movedOn(task, 'WENT_ON', nowMs),
    state: 'QUEUED',
    attemptId: null,
    owner: null,
    percent: 0,
    progress: null,
    estimatedEndTimeMs: null,
    phaseTimings: [],
  };
}

/** Where nobody measured the end of the attempt: its phase as last stored is taken to have lasted until now. */
function phasesUntil(task: Task, nowMs: number): readonly PhaseTiming[] {
  const last = task.phaseTimings.at(-1);
  if (task.state !== 'RUNNING' || !last) return task.phaseTimings;
  const durationMs = last.durationMs + Math.max(0, nowMs - task.updateTimeMs);
  return [...task.phaseTimings.slice(0, -1), { ...last, durationMs }];
}
