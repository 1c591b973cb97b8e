import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Most calls take milliseconds, a long poll up to a minute; how long a stream lasted is its task's doing. */
const HANDLING_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const METHOD_LABELS = ['grpc_type', 'grpc_service', 'grpc_method'] as const;

/** What a call is counted as, in the words of go-grpc-prometheus, which dashboards know. */
export interface CallKind {
  readonly type: 'unary' | 'client_stream' | 'server_stream' | 'bidi_stream';
  /** Full name of the service: `package.Service`. */
  readonly service: string;
  readonly method: string;
}

/** Counts calls. */
export interface CallMetrics {
  begin(kind: CallKind): OpenCall;
}

/** One call under way. */
export interface OpenCall {
  received(): void;
  /** A message has been handed to the caller. */
  sent(): void;
  /** Once, as the last. @param code such as `OK`, `NotFound`. */
  ended(code: string, durationSeconds: number): void;
}

export function createCallMetrics(registry: Registry): CallMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: METHOD_LABELS, registers });
  const started = counter('grpc_server_started_total', 'Calls that began.');
  const received = counter('grpc_server_msg_received_total', 'Messages that were received.');
  const sent = counter('grpc_server_msg_sent_total', 'Messages that were sent.');
  const handled = new Counter({
    name: 'grpc_server_handled_total', help: 'Calls that ended, by their status.', labelNames: [...METHOD_LABELS, 'grpc_code'], registers,
  });
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds', help: 'How long calls took.', labelNames: METHOD_LABELS, buckets: HANDLING_SECONDS, registers,
  });
  const watchers = new Gauge({ name: 'cutroom_watchers', help: 'Open streams of WatchTask, at both doors.', registers });

  return {
    begin({ type, service, method }) {
      const labels = { grpc_type: type, grpc_service: service, grpc_method: method };
      const isWatcher = method === 'WatchTask';
      started.inc(labels);
      if (isWatcher) watchers.inc();
      return {
        received: () => {
          received.inc(labels);
        },
        sent: () => {
          sent.inc(labels);
        },
        ended: (code, durationSeconds) => {
          handled.inc({ ...labels, grpc_code: code });
          seconds.observe(labels, durationSeconds);
          if (isWatcher) watchers.dec();
        },
      };
    },
  };
}
