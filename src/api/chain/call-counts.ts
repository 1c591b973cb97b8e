import { Status } from 'nice-grpc';
import type { CallObserver, ObservedCall } from './call.js';

/** Labels of a call's counters, in the words of go-grpc-prometheus, which dashboards know. */
export interface CallKind {
  readonly type: 'unary' | 'server_stream';
  /** Full name of the service: `package.Service`. */
  readonly service: string;
  readonly method: string;
}

/** Where calls are counted. */
export interface CallMetrics {
  /** The counters of one kind of call; asked for once for each kind. */
  of(kind: CallKind): CallCounters;
}

/** The counters of one kind of call. */
export interface CallCounters {
  started(): void;
  received(): void;
  sent(): void;
  /** Once for each call that started. @param code such as `OK`, `NotFound`. */
  ended(code: string, durationSeconds: number): void;
}

/** Go's names of the codes: dashboards and alerts for gRPC servers ask for these. */
const CODE_NAMES: Readonly<Record<Status, string>> = {
  [Status.OK]: 'OK',
  [Status.CANCELLED]: 'Canceled',
  [Status.UNKNOWN]: 'Unknown',
  [Status.INVALID_ARGUMENT]: 'InvalidArgument',
  [Status.DEADLINE_EXCEEDED]: 'DeadlineExceeded',
  [Status.NOT_FOUND]: 'NotFound',
  [Status.ALREADY_EXISTS]: 'AlreadyExists',
  [Status.PERMISSION_DENIED]: 'PermissionDenied',
  [Status.RESOURCE_EXHAUSTED]: 'ResourceExhausted',
  [Status.FAILED_PRECONDITION]: 'FailedPrecondition',
  [Status.ABORTED]: 'Aborted',
  [Status.OUT_OF_RANGE]: 'OutOfRange',
  [Status.UNIMPLEMENTED]: 'Unimplemented',
  [Status.INTERNAL]: 'Internal',
  [Status.UNAVAILABLE]: 'Unavailable',
  [Status.DATA_LOSS]: 'DataLoss',
  [Status.UNAUTHENTICATED]: 'Unauthenticated',
};

/** Counts each call, its messages and its time. */
export function callCounts(metrics: CallMetrics): CallObserver {
  // Paths are those of methods that there are: a call of another never gets here.
  const byPath = new Map<string, CallCounters>();
  function countersOf(call: ObservedCall): CallCounters {
    const known = byPath.get(call.path);
    if (known) return known;
    const counters = metrics.of(kindOf(call));
    byPath.set(call.path, counters);
    return counters;
  }
  return {
    began(call) {
      const counters = countersOf(call);
      counters.started();
      counters.received();
    },
    sent(call) {
      countersOf(call).sent();
    },
    ended(call, { code, durationMs }) {
      countersOf(call).ended(CODE_NAMES[code], durationMs / 1000);
    },
  };
}

function kindOf({ path, responseStream }: ObservedCall): CallKind {
  const slash = path.lastIndexOf('/');
  return {
    type: responseStream ? 'server_stream' : 'unary',
    service: path.slice(1, slash),
    method: path.slice(slash + 1),
  };
}
