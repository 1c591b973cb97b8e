/** Facts about a span, by names of the semantic conventions where they have one. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A part of the work that a trace shows. */
export interface Span {
  /** As `traceparent` of the W3C trace context, by which others continue it. */
  readonly traceparent: string;
  /** Begins a part of it. */
  child(name: string, attributes: SpanAttributes): Span;
  /** Adds facts. */
  set(attributes: SpanAttributes): void;
  /** Once. @param error what ended it; absent: nothing did. */
  end(error?: unknown): void;
}

/** Where spans begin. Nothing may come of one: that is the operator's choice. */
export interface Spans {
  begin(name: string, options: BeginSpan): Span;
}

export interface BeginSpan {
  /** `SERVER`: answers a call; `CONSUMER`: does what was queued. */
  readonly kind: 'SERVER' | 'CONSUMER';
  /** The span that it continues, as W3C `traceparent`; undefined, or one that is none: it begins a trace. */
  readonly traceparent: string | undefined;
  readonly attributes: SpanAttributes;
}
