import type { TaskEvents } from '../../src/task/ports/task-events.js';

/** Remembers which events were told, by name and task id; `trouble` with its text. */
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
    handedBack: note('handed-back'),
    recovered: note('recovered'),
    backgroundError: (what) => log.push(`trouble ${what}`),
  };
}
