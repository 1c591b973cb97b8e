import { Status } from 'nice-grpc';
import { RpcError } from './rpc-error.js';

/** The exit codes of the process. Scripts may rely on these numbers. */
export const ExitCode = {
  ok: 0,
  /** Trying again changes nothing: the request is refused, the task FAILED or was CANCELLED. */
  permanentFailure: 1,
  /** The same command may succeed later. */
  worthRetrying: 2,
  /** The command line is wrong (EX_USAGE of sysexits). */
  usage: 64,
  /** Ended by Ctrl-C (128 + SIGINT); a task goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The command line is wrong; the message names the problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Whether the same call may succeed later. */
export function isWorthRetrying(code: Status): boolean {
  return (
    code === Status.UNAVAILABLE ||
    code === Status.DEADLINE_EXCEEDED ||
    code === Status.RESOURCE_EXHAUSTED ||
    code === Status.ABORTED
  );
}

/** The exit code for a command that failed with `error`. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return ExitCode.usage;
  if (error instanceof RpcError && isWorthRetrying(error.code)) return ExitCode.worthRetrying;
  return ExitCode.permanentFailure;
}
