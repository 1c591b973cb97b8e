import { ServerError, Status } from 'nice-grpc';

/** The status with which a call ends that threw this, as a caller is told. */
export function codeOf(error: unknown): Status {
  if (error instanceof ServerError) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? Status.CANCELLED : Status.UNKNOWN;
}
