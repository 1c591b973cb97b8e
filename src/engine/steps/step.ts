import type { Phase } from '../../task/task.js';

/** One piece of an attempt's work, and the steps whose results it needs. */
export interface Step {
  /** Unique in its plan; for tests, logs and progress. */
  readonly id: string;
  /** Steps of one kind share a limit of concurrency. */
  readonly kind: string;
  /** Ids of the steps that must be over before it begins. */
  readonly after: readonly string[];
  readonly phase: Phase;
  /** Frames that it makes, by which progress is counted; 0 for a step that makes none. */
  readonly frames: number;
  /** How often it may be run, at least once, while it fails in a way that may pass. */
  readonly tries: number;
}

/** A plan as text, a line for each step: for tests, and for people. */
export function describeSteps(steps: readonly Step[]): string {
  return steps.map(({ id, after }) => (after.length === 0 ? id : `${id} after ${after.join(', ')}`)).join('\n');
}
