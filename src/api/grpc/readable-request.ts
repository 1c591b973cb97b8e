import { CallError } from '../../task/call-error.js';

/** A request whose bytes are none. It goes through the chain like any other, so that its refusal is logged and answered as every call's. */
class UnreadableRequest {
  constructor(readonly fault: CallError) {}
}

/** Why bytes are no request, in words that end a sentence about it. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/**
 * Decodes a request. A library that meets bytes that are none would answer INTERNAL, though the fault is the caller's.
 * @param decode may throw anything; the message of a RequestError is told.
 * @returns what `readable` takes.
 */
export function readRequest<T>(decode: () => T): T | object {
  try {
    return decode();
  } catch (error) {
    const description = error instanceof RequestError ? error.message : 'is no message of its type';
    const detail = { reason: 'INVALID_REQUEST', violations: [{ field: 'request', description }] } as const;
    return new UnreadableRequest(new CallError(detail, { cause: error }));
  }
}

/** @throws CallError INVALID_REQUEST. */
export function readable<T>(request: T): T {
  if (request instanceof UnreadableRequest) throw request.fault;
  return request;
}
