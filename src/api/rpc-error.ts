import { ServerError } from 'nice-grpc';
import { statusCode } from './grpc/status-code.js';
import type { Status } from '../../generated/google/rpc/status.js';

/** An error as it goes to a caller, with all its `google.rpc` details. What caused it stays in the log. */
export class RpcError extends ServerError {
  readonly status: Status;
  override readonly cause: unknown;

  constructor(status: Status, cause: unknown) {
    super(statusCode(status.code), status.message);
    this.status = status;
    this.cause = cause;
  }
}
