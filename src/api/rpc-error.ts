import { ServerError, Status } from 'nice-grpc';
import type { Status as WireStatus } from '../../generated/google/rpc/status.js';

/** An error as it goes to a caller, with all its `google.rpc` details. Its cause stays in the log. */
export class RpcError extends ServerError {
  readonly status: WireStatus;
  override readonly cause: unknown;

  constructor(status: WireStatus, cause: unknown) {
    super(statusCode(status.code), status.message);
    this.status = status;
    this.cause = cause;
  }
}

const KNOWN: ReadonlyMap<number, Status> = new Map(
  Object.values(Status).flatMap((code) => (typeof code === 'number' ? [[code, code]] : [])),
);

/** A number as the gRPC status of that number; UNKNOWN when there is none, as the gRPC specification has it. */
export function statusCode(code: number): Status {
  return KNOWN.get(code) ?? Status.UNKNOWN;
}
