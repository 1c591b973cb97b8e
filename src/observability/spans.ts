import {
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as OpenTelemetrySpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { RenderError } from '../task/failure.js';
import type { Span, Spans } from '../task/ports/spans.js';

/**
 * Spans by the OpenTelemetry SDK that the operator has loaded before this program (`node --import`). Null: there is none, so that nothing is spent on them. @param release the version of this program.
 */
export function createSpans(release: string): Spans | null {
  const tracer = trace.getTracer('cutroom', release);
  // Never ended, so it is not exported. Without an SDK it has no ids.
  if (!isSpanContextValid(tracer.startSpan('probe', {}, ROOT_CONTEXT).spanContext())) return null;
  return {
    begin(name, { kind, traceparent, attributes }) {
      const parent = parseTraceparent(traceparent);
      const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      return spanOf(
        tracer,
        tracer.startSpan(name, { kind: SpanKind[kind], attributes: { ...attributes } }, context),
        context,
      );
    },
  };
}

function spanOf(tracer: Tracer, span: OpenTelemetrySpan, parent: Context): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const within = trace.setSpan(parent, span);
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    child: (name, attributes) =>
      spanOf(tracer, tracer.startSpan(name, { attributes: { ...attributes } }, within), within),
    set: (attributes) => {
      span.setAttributes({ ...attributes });
    },
    end(error) {
      if (error !== undefined && error !== null) noteError(span, error);
      span.end();
    },
  };
}

/** The message of a render's failure is for people outside; that of any other error may be about anything. */
function noteError(span: OpenTelemetrySpan, error: unknown): void {
  const isFailure = error instanceof RenderError;
  // A word says why it was stopped.
  const type = isFailure ? error.failure.reason : error instanceof Error ? error.name : String(error);
  const message = isFailure ? error.failure.message : '';
  span.setAttribute('error.type', type);
  span.addEvent('exception', { 'exception.type': type, ...(message !== '' && { 'exception.message': message }) });
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== '' && { message }) });
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** By W3C Trace Context, section 3.2. Null: it is none. */
function parseTraceparent(text: string | undefined): SpanContext | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined || text?.startsWith('ff')) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}
