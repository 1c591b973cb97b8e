import { DEFAULT_TENANT } from '../task/caller.js';
import type { Task } from '../task/task.js';
import type { StepDone } from '../task/ports/helpers.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Logger } from './logger.js';

/** Writes the events of tasks to the log: one line per business event, with the task's name, attempt and revision. */
export function createLoggedEvents(logger: Logger): TaskEvents {
  return {
    submitted: (task) => {
      logger.info(fields(task), 'task submitted');
    },
    claimed: (task) => {
      logger.info(fields(task), 'task claimed');
    },
    attemptEnded: (task, { failure, cause }) => {
      const line = { ...fields(task), state: task.state, ...durationOf(task) };
      if (failure === null) logger.info(line, 'attempt ended');
      // A cause that is no render error is a fault of the service: its stack is needed.
      else
        logger.warn(
          { ...line, reason: failure.reason, field: failure.field, failure: failure.message, err: cause },
          'attempt failed',
        );
    },
    cancelled: (task) => {
      logger.info(fields(task), 'task cancelled');
    },
    retried: (task) => {
      logger.info(fields(task), 'task queued again by a caller');
    },
    queueTimedOut: (task) => {
      logger.warn(fields(task), 'task failed: no worker claimed it in time');
    },
    removed: (task) => {
      logger.info({ ...fields(task), state: task.state }, 'task removed');
    },
    attemptLost: (task) => {
      logger.warn(
        fields(task),
        'lease lost: the task was claimed by another worker, or the store did not answer in time',
      );
    },
    attemptCancelled: (task) => {
      logger.info(fields(task), 'attempt stopped: the task was cancelled');
    },
    handedBack: (task) => {
      logger.info(fields(task), 'task handed back');
    },
    recovered: (task) => {
      logger.warn(
        { ...fields(task), state: task.state, workerLosses: task.workerLosses },
        'task recovered from a lost worker',
      );
    },
    deliveryAttempted: (task, { target, event, state, attempts, lastStatus, problem }) => {
      const line = { ...fields(task), target, event, attempts, ...(lastStatus !== null && { status: lastStatus }) };
      if (state === 'DELIVERED') logger.info(line, 'event delivered');
      else if (state === 'PENDING') logger.warn({ ...line, reason: problem }, 'event not delivered: tried again later');
      else logger.error({ ...line, reason: problem }, 'event not delivered: given up');
    },
    stepDone: (task, { by, worker, ...step }) => {
      logger.info({ ...fields(task), ...withoutNull(step), worker: worker ?? by }, 'section rendered');
    },
    stepHelped: (task, step) => {
      logger.info({ ...fields(task), ...withoutNull(step) }, 'section rendered for another worker');
    },
    helpDeclined: (task, reason) => {
      logger.warn({ ...fields(task), reason }, 'sections of another worker are not rendered here');
    },
    paused: (reason) => {
      logger.error({ reason }, 'no task is claimed: this machine is not fit for work');
    },
    resumed: () => {
      logger.info('tasks are claimed again');
    },
    backgroundError: (message, cause, task) => {
      logger.error({ ...(task && fields(task)), err: cause }, message);
    },
  };
}

/** With the ids of the submit, so that all lines of a request are found by them, whichever process wrote them. */
function fields({ id, tenant, attempt, revision, trace }: Task) {
  // Without authentication there is one tenant, and nothing to tell of it.
  const whose = tenant === DEFAULT_TENANT ? {} : { tenant };
  return { task: `tasks/${id}`, ...whose, attempt, revision, ...trace };
}

function withoutNull({ durationMs, ...step }: Omit<StepDone, 'worker'>) {
  return { ...step, ...(durationMs !== null && { durationMs }) };
}

function durationOf({ startTimeMs, updateTimeMs }: Task) {
  return startTimeMs === null ? {} : { durationMs: updateTimeMs - startTimeMs };
}
