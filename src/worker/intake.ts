import { FAILURES, type FailureCategory, type TaskFailure } from '../task/failure.js';
import type { Clock } from '../task/ports/clock.js';
import type { Machine } from '../task/ports/machine.js';
import type { TaskEvents } from '../task/ports/task-events.js';

/** Decides whether this worker takes work, by the state of its machine. */
export interface Intake {
  /** Whether a task may be claimed now. */
  isOpen(): Promise<boolean>;
  /** Whether an attempt failed because of this machine and not of its task. Then nothing is claimed for a while. */
  isMachineAtFault(failure: TaskFailure): Promise<boolean>;
  /** An attempt has succeeded. */
  succeeded(): void;
}

/** A lack of processes is not seen by looking; each time that it is met again the pause doubles. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** A disk that is full or gone shows up as any of these: ffmpeg does not always say why it could not write. */
const WITH_THE_MACHINE: ReadonlySet<FailureCategory> = new Set(['RESOURCE', 'OUTPUT', 'RENDER', 'INTERNAL']);

export function createIntake(deps: {
  readonly machine: Machine;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly events: Pick<TaskEvents, 'paused' | 'resumed'>;
}): Intake {
  const { machine, clock, events } = deps;
  let paused: string | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  let pausedUntilMs = 0;

  function note(problem: string | null): void {
    if (problem !== null && problem !== paused) events.paused(problem);
    if (problem === null && paused !== null) events.resumed();
    paused = problem;
  }

  return {
    async isOpen() {
      const problem = await machine.problem();
      if (problem === null && clock.monotonicMs() < pausedUntilMs) return false;
      note(problem);
      return problem === null;
    },
    async isMachineAtFault(failure) {
      if (failure.reason === 'OUT_OF_PROCESSES') {
        pausedUntilMs = clock.monotonicMs() + pauseMs;
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        note('this machine could start no further process');
        return true;
      }
      if (!WITH_THE_MACHINE.has(FAILURES[failure.reason].category)) return false;
      const problem = await machine.problem();
      if (problem !== null) note(problem);
      return problem !== null;
    },
    succeeded() {
      pauseMs = FIRST_PAUSE_MS;
    },
  };
}
