import {
  MongoDriverError,
  MongoClientClosedError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';

/** Codes of answers that mean "not now": elections, shutdowns, time limits. A write that got one may have been applied, or may yet be. */
const PASSING_CODES: ReadonlySet<number | string | undefined> = new Set([
  6, 7, 50, 64, 89, 91, 133, 134, 189, 202, 262, 462, 9001, 10107, 11600, 11601, 11602, 13435, 13436,
]);

const PASSING_CLASSES = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoWriteConcernError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoClientClosedError,
];

/** Our own deadline ran out. The request may still be carried out. */
export class DeadlineError extends Error {
  constructor(deadlineMs: number) {
    super(`MongoDB did not answer within ${deadlineMs} ms`);
    this.name = 'DeadlineError';
  }
}

/** The document that a write collided with is gone: the write has to be tried again. */
export class LostWriteError extends Error {
  constructor() {
    super('MongoDB took back a write that another one had run into');
    this.name = 'LostWriteError';
  }
}

/**
 * Whether an error leaves the outcome of the call open. True for time-outs, lost connections, elections, and writes that the majority has not yet
 * confirmed (of 77 bare network errors of an experiment 48 had been applied); false for an answer of the server, and for a bug of ours.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof DeadlineError || error instanceof LostWriteError) return true;
  if (PASSING_CLASSES.some((kind) => error instanceof kind)) return true;
  if (error instanceof MongoServerError)
    return PASSING_CODES.has(error.code) || error.hasErrorLabel('RetryableWriteError');
  // Those that the driver does not export: its connection pool is full or closed.
  if (error instanceof MongoDriverError) return /Pool|WaitQueue/.test(error.name);
  return isSocketError(error);
}

/** The driver lets some errors of a dying socket through as Node made them: "This socket has been ended by the other party", EPIPE. */
function isSocketError(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return /^(E[A-Z]+|ERR_(SOCKET|STREAM|SSL|TLS)_\w+)$/.test(error.code);
}

/** Whether a unique index refused an insert. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}
