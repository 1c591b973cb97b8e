/** What to throw when the caller has gone: nice-grpc knows it by its name and ends the call as CANCELLED. */
export function callerGone(cause: unknown): Error {
  return Object.assign(new Error('the caller has gone', { cause }), { name: 'AbortError' });
}
