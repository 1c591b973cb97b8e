/** The ids by which a caller finds its request in logs: `X-Request-Id`, and `traceparent` of the W3C trace context. */
export interface Trace {
  readonly requestId?: string;
  readonly traceparent?: string;
}
