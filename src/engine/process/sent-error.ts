import { RenderError, type TaskFailure } from '../../task/failure.js';

/** An error as plain data: a channel between processes drops classes and codes. */
export interface SentError {
  readonly message: string;
  /** Of a RenderError. */
  readonly failure: TaskFailure | null;
  /** Of the system's errors, such as `ENOENT`. */
  readonly system: Pick<NodeJS.ErrnoException, 'code' | 'errno' | 'syscall' | 'path'>;
  readonly cause: SentError | null;
}

/** Packs an error for a channel. */
export function packError(error: unknown): SentError {
  if (!(error instanceof Error)) return { message: String(error), failure: null, system: {}, cause: null };
  const { code, errno, syscall, path } = error as NodeJS.ErrnoException;
  return {
    message: error.message,
    failure: error instanceof RenderError ? error.failure : null,
    system: {
      ...(code === undefined ? {} : { code }),
      ...(errno === undefined ? {} : { errno }),
      ...(syscall === undefined ? {} : { syscall }),
      ...(path === undefined ? {} : { path }),
    },
    cause: error.cause === undefined ? null : packError(error.cause),
  };
}

/** The error with its class and codes. */
export function unpackError({ message, failure, system, cause }: SentError): Error {
  const because = cause ? { cause: unpackError(cause) } : {};
  if (failure) return new RenderError(failure.reason, message, { field: failure.field, ...because });
  return Object.assign(new Error(message, because), system);
}
