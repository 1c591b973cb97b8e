/** Time and randomness, as arguments: the core never asks the machine. */
export interface Clock {
  /** Milliseconds since 1970, for times that are stored and shown. */
  nowMs(): number;
  /** Milliseconds that never go back, for measurements. */
  monotonicMs(): number;
  /** A UUID version 7, which sorts by time. */
  newTaskId(): string;
  /** A random UUID. */
  newAttemptId(): string;
  /** At least 0, less than 1. */
  random(): number;
}
