import { v4 } from 'uuid';
import type { Clock } from '../task/ports/clock.js';
import { createTaskIds } from './task-ids.js';

/** The machine's time and randomness. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  newTaskId: createTaskIds(Date.now),
  newAttemptId: () => v4(),
  random: () => Math.random(),
};
