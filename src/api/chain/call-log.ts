import { Status } from 'nice-grpc';
import { formatTaskName } from '../../wire/task-name.js';
import type { ApiLog } from '../log.js';
import { RpcError } from '../rpc-error.js';
import { CallError } from '../../task/call-error.js';
import { ANYONE, type Caller } from '../../task/caller.js';
import type { CallObserver } from './call.js';
import { traceOf } from './trace-of.js';

/** Writes exactly one line per call: method, task, code, duration, peer; for a fault of the service also its error. */
export function callLog(log: ApiLog): CallObserver {
  return {
    began: () => undefined,
    sent: () => undefined,
    ended({ path, request, origin, peer }, { code, error, caller, answer, durationMs }) {
      const level = isFault(code) ? 'error' : 'info';
      if (!log.isLevelEnabled(level)) return;
      const method = path.slice(path.lastIndexOf('/') + 1);
      const line = {
        method,
        task: nameIn(request) ?? nameIn(answer),
        code: Status[code],
        durationMs: round(durationMs),
        peer,
        ...identityOf(caller),
        ...traceOf(origin),
        ...refusalOf(error),
      };
      if (level === 'error') log.error({ ...line, err: causeOf(error) }, 'call');
      else log.info(line, 'call');
    },
  };
}

/** Without authentication there is one caller, and nothing to tell of it. */
function identityOf(caller: Caller | null): { tenant?: string; principal?: string } {
  return caller === null || caller === ANYONE ? {} : { tenant: caller.tenant, principal: caller.principal };
}

/** The most fields at fault that a line names. */
const MAX_FIELDS = 20;

/** The stable reason of a call that was refused, and the fields at fault. */
function refusalOf(error: unknown): { reason?: string; fields?: readonly string[]; violations?: number } {
  const cause = causeOf(error);
  if (!(cause instanceof CallError)) return {};
  const { detail } = cause;
  if (detail.reason !== 'INVALID_REQUEST') return { reason: detail.reason };
  const fields = detail.violations.slice(0, MAX_FIELDS).map(({ field }) => field);
  return { reason: detail.reason, fields, violations: detail.violations.length };
}

function causeOf(error: unknown): unknown {
  return error instanceof RpcError ? error.cause : error;
}

function isFault(code: Status): boolean {
  return code === Status.INTERNAL || code === Status.UNKNOWN || code === Status.DATA_LOSS;
}

/** The resource name in a request or an answer: both have it in a field `name`. */
function nameIn(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('name' in message)) return undefined;
  return typeof message.name === 'string' && message.name.length <= formatTaskName('').length + 64
    ? message.name
    : undefined;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
