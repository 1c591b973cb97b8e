import { Status } from 'nice-grpc';
import type { Span, Spans } from '../../task/ports/spans.js';
import type { CallObserver, CallOrigin } from './call.js';
import { traceOf } from './trace-of.js';

/** The spans of calls under way, by their origins. */
const open = new WeakMap<object, Span>();

/** Faults of the service, by the semantic conventions for RPC servers; other statuses are the caller's. */
const FAULTS: ReadonlySet<Status> = new Set([
  ...[Status.UNKNOWN, Status.DEADLINE_EXCEEDED, Status.UNIMPLEMENTED],
  ...[Status.INTERNAL, Status.UNAVAILABLE, Status.DATA_LOSS],
]);

/** Begins a span for each call, over whichever transport it came, which continues the trace of its caller. */
export function callSpans(spans: Spans): CallObserver {
  return {
    began({ path, peer, origin }) {
      const [, service = '', method = ''] = path.split('/');
      const span = spans.begin(path.slice(1), {
        kind: 'SERVER',
        traceparent: traceOf(origin).traceparent,
        attributes: {
          'rpc.system': origin.headers ? 'http_json' : 'grpc',
          'rpc.service': service,
          'rpc.method': method,
          'client.address': peer,
        },
      });
      open.set(origin, span);
    },
    sent: () => undefined,
    ended({ origin }, { code, caller, answer }) {
      const span = open.get(origin);
      if (!span) return;
      open.delete(origin);
      const name = nameIn(answer);
      span.set({
        'rpc.grpc.status_code': code,
        ...(caller && { 'cutroom.tenant': caller.tenant }),
        ...(name !== null && { 'cutroom.task': name }),
      });
      span.end(FAULTS.has(code) ? new CallFaultError(code) : undefined);
    },
  };
}

class CallFaultError extends Error {
  constructor(code: Status) {
    super();
    this.name = Status[code];
  }
}

/** The `traceparent` of the span of a call, by which a task that it submits continues it; undefined: there is none. */
export function traceparentOf(origin: Pick<CallOrigin, 'metadata'>): string | undefined {
  return open.get(origin)?.traceparent;
}

function nameIn(answer: unknown): string | null {
  return typeof answer === 'object' && answer !== null && 'name' in answer && typeof answer.name === 'string'
    ? answer.name
    : null;
}
