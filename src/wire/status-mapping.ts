import { Code } from '../../generated/google/rpc/code.js';
import type { Status } from '../../generated/google/rpc/status.js';
import type { Violation } from '../composition/violation.js';
import type { CallError, CallErrorDetail } from '../task/call-error.js';
import type { FailureCategory } from '../task/failure.js';
import { LIMIT_UNITS } from '../task/limits.js';
import {
  badRequest,
  errorInfo,
  preconditionFailure,
  quotaFailure,
  resourceInfo,
  retryInfo,
  type StatusDetail,
} from './status-details.js';
import { apiKeyName, signingSecretName } from './id-names.js';
import { formatTaskName } from './task-name.js';

const TASK_TYPE = 'cutroom.v1/Task';
const API_KEY_TYPE = 'cutroom.v1/ApiKey';
const SIGNING_SECRET_TYPE = 'cutroom.v1/SigningSecret';
const RETRY_AFTER_SECONDS = 1;
/** A slot comes free when a render ends: seconds, rarely less. */
const BUSY_RETRY_SECONDS = 5;

/** The most violations that one error names; the README says so. */
const MAX_VIOLATIONS = 100;

/** A message is for people and is sent in a header: a few violations are enough there, the details have all. */
const MAX_MESSAGE_CHARACTERS = 500;

interface Mapping {
  readonly code: Code;
  readonly metadata: Record<string, string>;
  readonly details: readonly StatusDetail[];
}

/** The one table from a call error to its gRPC status. An ErrorInfo comes first in the details of each. */
export function statusOf({ detail, message }: CallError): Status {
  const { code, metadata, details } = mappingOf(detail, message);
  const text = detail.reason === 'INVALID_REQUEST' ? summary(detail.violations) : message;
  return { code, message: text, details: [errorInfo(detail.reason, metadata), ...details] };
}

/** The status of a fault of the service. The cause is in its log, not here. */
export function internalStatus(): Status {
  return {
    code: Code.INTERNAL,
    message: 'internal error; the log of the server says more',
    details: [errorInfo('INTERNAL', {})],
  };
}

function mappingOf(detail: CallErrorDetail, message: string): Mapping {
  switch (detail.reason) {
    case 'INVALID_REQUEST': {
      const metadata = { violations: String(detail.violations.length) };
      return { code: Code.INVALID_ARGUMENT, metadata, details: [badRequest(firstViolations(detail.violations))] };
    }
    case 'UNAUTHENTICATED':
      return { code: Code.UNAUTHENTICATED, metadata: {}, details: [] };
    case 'API_KEY_NOT_FOUND': {
      const name = apiKeyName.format(detail.keyId);
      return { code: Code.NOT_FOUND, metadata: { name }, details: [resourceInfo(API_KEY_TYPE, name, message)] };
    }
    case 'SIGNING_SECRET_NOT_FOUND': {
      const name = signingSecretName.format(detail.secretId);
      return { code: Code.NOT_FOUND, metadata: { name }, details: [resourceInfo(SIGNING_SECRET_TYPE, name, message)] };
    }
    case 'URL_KEY_STILL_VALID': {
      const until = new Date(detail.untilMs).toISOString();
      const details = [preconditionFailure('URL_KEYS', 'urlKeys', message)];
      return { code: Code.FAILED_PRECONDITION, metadata: { until }, details };
    }
    case 'SCOPE_MISSING':
      return { code: Code.PERMISSION_DENIED, metadata: { scope: detail.scope }, details: [] };
    case 'TASK_NOT_FOUND': {
      const name = formatTaskName(detail.taskId);
      return { code: Code.NOT_FOUND, metadata: { name }, details: [resourceInfo(TASK_TYPE, name, message)] };
    }
    case 'REQUEST_ID_REUSED':
      return { code: Code.ALREADY_EXISTS, metadata: { request_id: detail.requestId }, details: [] };
    case 'TASK_ALREADY_ENDED':
    case 'TASK_NOT_ENDED':
    case 'TASK_NOT_RETRYABLE': {
      const name = formatTaskName(detail.taskId);
      const details = [preconditionFailure('STATE', name, message)];
      return { code: Code.FAILED_PRECONDITION, metadata: { name, state: detail.state }, details };
    }
    case 'DELIVERIES_PENDING': {
      const name = formatTaskName(detail.taskId);
      const details = [preconditionFailure('DELIVERIES', name, message)];
      return { code: Code.FAILED_PRECONDITION, metadata: { name }, details };
    }
    case 'NO_FREE_SLOT':
      return { code: Code.RESOURCE_EXHAUSTED, metadata: {}, details: [retryInfo(BUSY_RETRY_SECONDS)] };
    case 'QUOTA_EXCEEDED':
      return quotaMapping(detail, message);
    case 'NOT_SUPPORTED_HERE':
      return { code: Code.UNIMPLEMENTED, metadata: {}, details: [] };
    case 'UPLOAD_TOO_LARGE':
    case 'UPLOADS_FULL':
      return { code: Code.RESOURCE_EXHAUSTED, metadata: { max_bytes: String(detail.maxBytes) }, details: [] };
    case 'DISK_FULL':
      return { code: Code.RESOURCE_EXHAUSTED, metadata: {}, details: [] };
    case 'OUTPUT_NOT_FOUND':
    case 'PREVIEW_NOT_FOUND':
    case 'UPLOAD_NOT_FOUND':
      return { code: Code.NOT_FOUND, metadata: {}, details: [] };
    case 'URL_EXPIRED':
    case 'URL_SIGNATURE_INVALID':
      return { code: Code.PERMISSION_DENIED, metadata: {}, details: [] };
    case 'WATCHER_TOO_SLOW':
    case 'INSPECTIONS_BUSY':
      return { code: Code.RESOURCE_EXHAUSTED, metadata: {}, details: [retryInfo(RETRY_AFTER_SECONDS)] };
    case 'DRAINING':
    case 'AUTHENTICATION_UNAVAILABLE':
    case 'INPUTS_UNAVAILABLE':
    case 'STORE_UNAVAILABLE':
      return { code: Code.UNAVAILABLE, metadata: {}, details: [retryInfo(RETRY_AFTER_SECONDS)] };
  }
}

function quotaMapping(
  { limit, value, retryAfterMs, windowMs }: Extract<CallErrorDetail, { reason: 'QUOTA_EXCEEDED' }>,
  message: string,
): Mapping {
  const metadata = {
    limit,
    value: String(value),
    unit: LIMIT_UNITS[limit],
    ...(windowMs === null ? {} : { window_ms: String(Math.round(windowMs)) }),
  };
  const wait = retryAfterMs === null ? [] : [retryInfo(Math.max(1, Math.ceil(retryAfterMs / 1000)))];
  return { code: Code.RESOURCE_EXHAUSTED, metadata, details: [quotaFailure(limit, message), ...wait] };
}

/** The code by which gRPC would carry a failed render, as `Task.error.status` has it. */
export function codeOfFailure(category: FailureCategory): Code {
  switch (category) {
    case 'INPUT_FETCH':
      return Code.FAILED_PRECONDITION;
    case 'INPUT_MEDIA':
    case 'SPEC':
      return Code.INVALID_ARGUMENT;
    case 'RESOURCE':
      return Code.RESOURCE_EXHAUSTED;
    case 'TIMEOUT':
      return Code.DEADLINE_EXCEEDED;
    case 'RENDER':
    case 'OUTPUT':
    case 'INTERNAL':
      return Code.INTERNAL;
  }
}

/** The violations that are told, and as the last entry how many more there are. */
export function firstViolations(violations: readonly Violation[]): readonly Violation[] {
  const left = violations.length - MAX_VIOLATIONS;
  if (left <= 0) return violations;
  return [...violations.slice(0, MAX_VIOLATIONS), { field: '', description: `${left} more violations are not listed` }];
}

function summary(violations: readonly Violation[]): string {
  let text = '';
  for (const [i, { field, description }] of violations.entries()) {
    const next = `${i === 0 ? '' : '; '}${field}: ${description}`;
    if (i === 0 && next.length > MAX_MESSAGE_CHARACTERS) return `${next.slice(0, MAX_MESSAGE_CHARACTERS)} …`;
    if (text.length + next.length > MAX_MESSAGE_CHARACTERS) return `${text}; and ${violations.length - i} more`;
    text += next;
  }
  return text;
}
