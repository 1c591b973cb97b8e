import type { Delivery } from '../notify.js';
import type { TaskFailure } from '../failure.js';
import type { Task } from '../task.js';
import type { StepDone } from './helpers.js';

/** The business events of tasks, for operators: one function per event. Must not throw. */
export interface TaskEvents {
  submitted(task: Task): void;
  claimed(task: Task): void;
  /** A task ended, as its state says; or an attempt failed and the task is queued again. */
  attemptEnded(task: Task, details: { failure: TaskFailure | null; cause: unknown }): void;
  cancelled(task: Task): void;
  retried(task: Task): void;
  /** No worker took it in time. */
  queueTimedOut(task: Task): void;
  /** Record and outputs are removed, by a caller or because their time was up. */
  removed(task: Task): void;
  /** This worker lost the lease on the task it was rendering; the render was killed and nothing written. */
  attemptLost(task: Task): void;
  /** The task that this worker was rendering was cancelled; the render was killed and nothing written. */
  attemptCancelled(task: Task): void;
  handedBack(task: Task): void;
  /** Another worker died over this task: it is queued again, or failed as poison. */
  recovered(task: Task): void;
  /** An attempt to deliver an event ended: `delivery` is its record from then on, with what it comes to. */
  deliveryAttempted(task: Task, delivery: Delivery): void;
  /** A step of this worker's attempt was done, here or by another worker, in a fleet in which workers do steps for each other. */
  stepDone(task: Task, step: StepDone & { readonly by: string }): void;
  /** This worker has done a step of another worker's attempt. */
  stepHelped(task: Task, step: Omit<StepDone, 'worker'>): void;
  /** This worker helps no further with a task: it would not come to the same results. @param reason a clause. */
  helpDeclined(task: Task, reason: string): void;
  /** This worker claims nothing until its machine is fit again. @param reason a clause, without paths. */
  paused(reason: string): void;
  /** Its machine is fit again. */
  resumed(): void;
  /** Something in the background failed and will be tried again. @param task whose attempt it belongs to; none: to no one's. */
  backgroundError(message: string, cause: unknown, task?: Task): void;
}
