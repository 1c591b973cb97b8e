import type { TaskEvents } from '../../src/task/ports/task-events.js';

/** Records events by name and task id; `error` with its text and, when it belongs to one, the task. */
export interface RecordedEvents extends TaskEvents {
  readonly log: string[];
}

export function recordEvents(): RecordedEvents {
  const log: string[] = [];
  const note = (name: string) => (task: { id: string }) => {
    log.push(`${name} ${task.id}`);
  };
  return {
    log,
    submitted: note('submitted'),
    claimed: note('claimed'),
    attemptEnded: (task) => log.push(`ended ${task.id} ${task.state}`),
    cancelled: note('cancelled'),
    retried: note('retried'),
    queueTimedOut: note('queue-timed-out'),
    removed: note('removed'),
    attemptLost: note('lost'),
    attemptCancelled: note('attempt-cancelled'),
    handedBack: note('handed-back'),
    recovered: note('recovered'),
    deliveryAttempted: (task, { state }) => log.push(`delivery ${task.id} ${state}`),
    stepDone: ({ id }, { step, worker, by }) => log.push(`step ${id} ${step} by ${worker ?? by}`),
    stepHelped: ({ id }, { step }) => log.push(`helped ${id} ${step}`),
    helpDeclined: ({ id }, reason) => log.push(`declined ${id}: ${reason}`),
    paused: (reason) => log.push(`paused ${reason}`),
    resumed: () => log.push('resumed'),
    backgroundError: (message, _, task) => log.push(`error ${message}${task ? ` (${task.id})` : ''}`),
  };
}
