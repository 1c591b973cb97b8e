import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Most calls take milliseconds, a long poll up to a minute; how long a stream lasted is its task's doing. */
const HANDLING_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const METHOD_LABELS = ['grpc_type', 'grpc_service', 'grpc_method'] as const;

/** The labels of a call, in the words of go-grpc-prometheus, which dashboards know. */
export interface CallKind {
  readonly type: 'unary' | 'client_stream' | 'server_stream' | 'bidi_stream';
  /** Full name of the service: `package.Service`. */
  readonly service: string;
  readonly method: string;
}

/** Counts calls. */
export interface CallMetrics {
  /** The counters of one kind of call; to be asked for once for each kind. */
  of(kind: CallKind): CallCounters;
}

/** Counts the calls of one kind. Called several times in each call, so nothing is looked up here: the scrape does that. */
export interface CallCounters {
  started(): void;
  received(): void;
  /** A message has been handed to the caller. */
  sent(): void;
  /** Once for each that started. @param code such as `OK`, `NotFound`. */
  ended(code: string, durationSeconds: number): void;
}

/** The counts of one kind. */
interface Tally {
  readonly labels: Record<(typeof METHOD_LABELS)[number], string>;
  started: number;
  received: number;
  sent: number;
  readonly handled: Map<string, number>;
}

export function createCallMetrics(registry: Registry): CallMetrics {
  const registers = [registry];
  const tallies: Tally[] = [];
  const counter = (name: string, help: string, countOf: (tally: Tally) => number) =>
    new Counter({
      name,
      help,
      labelNames: METHOD_LABELS,
      registers,
      collect() {
        this.reset();
        for (const tally of tallies) if (countOf(tally) > 0) this.inc(tally.labels, countOf(tally));
      },
    });
  counter('grpc_server_started_total', 'Calls that began.', (tally) => tally.started);
  counter('grpc_server_msg_received_total', 'Messages that were received.', (tally) => tally.received);
  counter('grpc_server_msg_sent_total', 'Messages that were sent.', (tally) => tally.sent);
  new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls that ended, by their status.',
    labelNames: [...METHOD_LABELS, 'grpc_code'],
    registers,
    collect() {
      this.reset();
      for (const { labels, handled } of tallies)
        for (const [code, count] of handled) this.inc({ ...labels, grpc_code: code }, count);
    },
  });
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds',
    help: 'How long calls took.',
    labelNames: METHOD_LABELS,
    buckets: HANDLING_SECONDS,
    registers,
  });
  const watchers = new Gauge({
    name: 'cutroom_watchers',
    help: 'Open streams of WatchTask, over gRPC and HTTP.',
    registers,
  });

  return {
    of({ type, service, method }) {
      const labels = { grpc_type: type, grpc_service: service, grpc_method: method };
      const tally: Tally = { labels, started: 0, received: 0, sent: 0, handled: new Map() };
      tallies.push(tally);
      const isWatcher = method === 'WatchTask';
      return {
        started: () => {
          tally.started += 1;
          if (isWatcher) watchers.inc();
        },
        received: () => {
          tally.received += 1;
        },
        sent: () => {
          tally.sent += 1;
        },
        ended: (code, durationSeconds) => {
          tally.handled.set(code, (tally.handled.get(code) ?? 0) + 1);
          seconds.observe(labels, durationSeconds);
          if (isWatcher) watchers.dec();
        },
      };
    },
  };
}
