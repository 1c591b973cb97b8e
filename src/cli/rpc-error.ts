import { type CallOptions, ClientError, type ClientMiddleware, type Status } from 'nice-grpc';
import {
  BadRequest,
  type BadRequest_FieldViolation,
  ErrorInfo,
  RetryInfo,
} from '../../generated/google/rpc/error_details.js';
import { Status as RpcStatus } from '../../generated/google/rpc/status.js';

const DETAILS_KEY = 'grpc-status-details-bin';

/** A call that ended with an error status, with the server's `google.rpc` details. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly code: Status,
    /** As the server sent it, or made of code and message when it sent no details. */
    readonly status: RpcStatus,
    options: { cause: unknown },
  ) {
    super(status.message, options);
  }

  /** The stable reason, such as TASK_NOT_FOUND; null when an error is not the service's own. */
  get reason(): string | null {
    return this.detail('google.rpc.ErrorInfo', ErrorInfo)?.reason ?? null;
  }

  /** Every field at fault; empty unless the request was refused for its content. */
  get violations(): readonly BadRequest_FieldViolation[] {
    return this.detail('google.rpc.BadRequest', BadRequest)?.fieldViolations ?? [];
  }

  /** How long the server asks to wait before the call is repeated, in ms; 0 when it does not say. */
  get retryDelayMs(): number {
    const delay = this.detail('google.rpc.RetryInfo', RetryInfo)?.retryDelay;
    return delay === undefined ? 0 : Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  }

  private detail<T>(typeName: string, type: { decode(bytes: Uint8Array): T }): T | undefined {
    const any = this.status.details.find((detail) => detail.typeUrl.endsWith(`/${typeName}`));
    return any === undefined ? undefined : type.decode(any.value);
  }
}

/** Client middleware: every error status arrives as an RpcError. */
export const rpcErrorMiddleware: ClientMiddleware = async function* rpcErrorMiddleware(call, options) {
  let details: Uint8Array | undefined;
  const onTrailer: CallOptions['onTrailer'] = (trailer) => {
    details = trailer.get(DETAILS_KEY);
    options.onTrailer?.(trailer);
  };
  try {
    return yield* call.next(call.request, { ...options, onTrailer });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const status = details === undefined ? undefined : RpcStatus.decode(details);
    throw new RpcError(error.code, status ?? { code: error.code, message: error.details, details: [] }, {
      cause: error,
    });
  }
};
