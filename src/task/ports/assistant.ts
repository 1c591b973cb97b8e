import type { SharedStep } from './helpers.js';
import type { RenderJob } from './renderer.js';

/** Why a worker does not do a step of another: it would not come to the same result. */
export class StepDeclinedError extends Error {
  override readonly name = 'StepDeclinedError';
}

export interface AssistStepOptions {
  readonly signal: AbortSignal;
  readonly onFrames: (frames: number) => void;
}

/**
 * Does a step, and keeps its result under its key.
 * @returns its frames. @throws StepDeclinedError; RenderError; the system's error when the result cannot be kept.
 */
export type AssistStep = (step: SharedStep, options: AssistStepOptions) => Promise<number>;

/** Does steps of attempts of other workers. */
export interface Assistant {
  /** As many steps as can be of use at once. */
  readonly atOnce: number;
  /**
   * Prepares all that steps of an attempt need, and calls `work`; what was prepared lasts until that ends. Leaves no process and no scratch file.
   * @param job `attemptId` distinguishes its scratch folder from any other's.
   */
  assist(job: RenderJob, signal: AbortSignal, work: (assist: AssistStep) => Promise<void>): Promise<void>;
}
