import { v4, v7 } from 'uuid';
import type { Clock } from '../task/ports/clock.js';

/** The machine's time and randomness. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  newTaskId: () => v7(),
  newAttemptId: () => v4(),
  random: () => Math.random(),
};
