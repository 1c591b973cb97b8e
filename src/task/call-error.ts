import type { Violation } from '../composition/violation.js';
import type { Scope } from './caller.js';
import type { LimitName } from './limits.js';
import type { TaskState } from './task.js';

/**
 * Every way in which a call can fail, with its stable reason. `wire/status-mapping.ts` is the one table that
 * turns them into gRPC statuses. A render that fails is no such error: it is the task's `failure`.
 */
export type CallErrorDetail =
  | { readonly reason: 'INVALID_REQUEST'; readonly violations: readonly Violation[] }
  | { readonly reason: 'UNAUTHENTICATED' }
  /** The issuer of tokens does not answer: whether these credentials are valid is not known. */
  | { readonly reason: 'AUTHENTICATION_UNAVAILABLE' }
  | { readonly reason: 'API_KEY_NOT_FOUND'; readonly keyId: string }
  | { readonly reason: 'SIGNING_SECRET_NOT_FOUND'; readonly secretId: string }
  /** Two keys of URLs are valid: another rotation would end the older one. */
  | { readonly reason: 'URL_KEY_STILL_VALID'; readonly untilMs: number }
  | { readonly reason: 'SCOPE_MISSING'; readonly scope: Scope }
  | { readonly reason: 'TASK_NOT_FOUND'; readonly taskId: string }
  | { readonly reason: 'REQUEST_ID_REUSED'; readonly requestId: string }
  | { readonly reason: 'TASK_ALREADY_ENDED'; readonly taskId: string; readonly state: TaskState }
  | { readonly reason: 'TASK_NOT_ENDED'; readonly taskId: string; readonly state: TaskState }
  | { readonly reason: 'DELIVERIES_PENDING'; readonly taskId: string }
  | { readonly reason: 'TASK_NOT_RETRYABLE'; readonly taskId: string; readonly state: TaskState }
  | { readonly reason: 'NO_FREE_SLOT' }
  /** A limit of the tenant. */
  | {
      readonly reason: 'QUOTA_EXCEEDED';
      readonly limit: LimitName;
      readonly value: number;
      /** Null: waiting does not help. */
      readonly retryAfterMs: number | null;
      /** Of a rate: `value` is for so long. */
      readonly windowMs: number | null;
    }
  | { readonly reason: 'NOT_SUPPORTED_HERE'; readonly action: string }
  | { readonly reason: 'UPLOAD_TOO_LARGE'; readonly maxBytes: number }
  | { readonly reason: 'UPLOADS_FULL'; readonly maxBytes: number }
  | { readonly reason: 'UPLOAD_NOT_FOUND' }
  | { readonly reason: 'DISK_FULL' }
  /** A lack of this machine: whether the inputs are right is not known. */
  | { readonly reason: 'INPUTS_UNAVAILABLE' }
  /** As many inspections of inputs wait as may. */
  | { readonly reason: 'INSPECTIONS_BUSY' }
  | { readonly reason: 'OUTPUT_NOT_FOUND' }
  | { readonly reason: 'PREVIEW_NOT_FOUND'; readonly taskId: string; readonly state: TaskState }
  | { readonly reason: 'URL_EXPIRED' }
  | { readonly reason: 'URL_SIGNATURE_INVALID' }
  | { readonly reason: 'WATCHER_TOO_SLOW' }
  | { readonly reason: 'DRAINING' }
  | { readonly reason: 'STORE_UNAVAILABLE' };

export type CallErrorReason = CallErrorDetail['reason'];

/** Thrown by use-cases and stores for callers. Its message and detail may be sent; its cause never is. */
export class CallError extends Error {
  readonly detail: CallErrorDetail;

  constructor(detail: CallErrorDetail, options: { cause?: unknown } = {}) {
    super(messageOf(detail), options);
    this.name = 'CallError';
    this.detail = detail;
  }
}

/** A request of the largest size may have a hundred thousand violations. */
const MAX_IN_MESSAGE = 100;

function messageOf(detail: CallErrorDetail): string {
  switch (detail.reason) {
    case 'INVALID_REQUEST':
      return detail.violations
        .slice(0, MAX_IN_MESSAGE)
        .map((v) => `${v.field}: ${v.description}`)
        .join('; ');
    case 'UNAUTHENTICATED':
      // Never which part was wrong.
      return 'valid credentials are needed: an API key or a token, as `Authorization: Bearer KEY`';
    case 'AUTHENTICATION_UNAVAILABLE':
      return 'tokens cannot be checked at the moment: their issuer does not answer';
    case 'API_KEY_NOT_FOUND':
      return `there is no API key ${detail.keyId}`;
    case 'SIGNING_SECRET_NOT_FOUND':
      return `there is no signing secret ${detail.secretId}`;
    case 'URL_KEY_STILL_VALID':
      return `the key before the present one signs valid URLs until ${new Date(detail.untilMs).toISOString()}; rotate after that, or end all old keys now with end_old_keys`;
    case 'SCOPE_MISSING':
      return `the credentials lack the scope ${detail.scope}`;
    case 'TASK_NOT_FOUND':
      return `there is no task ${detail.taskId}`;
    case 'REQUEST_ID_REUSED':
      return `request_id ${detail.requestId} was used with another body`;
    case 'TASK_ALREADY_ENDED':
      return `task ${detail.taskId} has already ended as ${detail.state}`;
    case 'TASK_NOT_ENDED':
      return `task ${detail.taskId} is ${detail.state}; cancel it first`;
    case 'DELIVERIES_PENDING':
      return `task ${detail.taskId} has events that are still to be delivered; wait, or delete it with drop_deliveries`;
    case 'TASK_NOT_RETRYABLE':
      return `task ${detail.taskId} is ${detail.state}; only a failed or cancelled task can be retried`;
    case 'NO_FREE_SLOT':
      return 'every worker is busy; submit later, or with ADMISSION_QUEUE';
    case 'QUOTA_EXCEEDED':
      return quotaMessage(detail);
    case 'NOT_SUPPORTED_HERE':
      return `this server cannot ${detail.action}`;
    case 'UPLOAD_TOO_LARGE':
      return `a file must be at most ${detail.maxBytes / 1024 / 1024} MiB`;
    case 'UPLOADS_FULL':
      return `all uploads together may have ${detail.maxBytes / 1024 / 1024} MiB: delete some first`;
    case 'UPLOAD_NOT_FOUND':
      return 'there is no upload of this name';
    case 'DISK_FULL':
      return 'there is no room left on the disk for uploads';
    case 'INPUTS_UNAVAILABLE':
      return 'this server cannot look at the inputs at the moment; repeat the call';
    case 'INSPECTIONS_BUSY':
      return 'this server inspects as many inputs as it can at the moment; repeat the call';
    case 'OUTPUT_NOT_FOUND':
      return 'there is no such file';
    case 'PREVIEW_NOT_FOUND':
      return detail.state === 'RUNNING'
        ? `task ${detail.taskId} has no preview here: it has shown no frame yet, or another server renders it`
        : `task ${detail.taskId} is ${detail.state}; only a running task has a preview`;
    case 'URL_EXPIRED':
      return 'this URL has expired; read the task again for a new one';
    case 'URL_SIGNATURE_INVALID':
      return 'this URL is not signed by this service; read the task for a valid one';
    case 'WATCHER_TOO_SLOW':
      return 'this watcher did not read for too long; watch again with after_revision';
    case 'DRAINING':
      return 'this server is shutting down; repeat the call';
    case 'STORE_UNAVAILABLE':
      return 'the task store does not answer; repeat the call';
  }
}

function quotaMessage({
  limit,
  value,
  retryAfterMs,
  windowMs,
}: Extract<CallErrorDetail, { reason: 'QUOTA_EXCEEDED' }>): string {
  const shown = `limit of this tenant is reached: ${limit}`;
  switch (limit) {
    case 'submits_per_second':
      return `a ${shown}, ${value} submits in ${(windowMs ?? 0) / 1000} s; submit again in ${Math.ceil((retryAfterMs ?? 0) / 1000)} s`;
    case 'queued':
    case 'running':
      return `a ${shown}, ${value} tasks; submit again when some have ended`;
    case 'watches':
    case 'inspections':
      return `a ${shown}, ${value} at once; repeat the call when one has ended`;
    case 'connections':
      return `a ${shown}, ${value} connections to one server; use those that are open, or close some`;
    case 'input_bytes':
      return `a ${shown}, ${value} bytes of inputs in one task; name fewer or smaller ones`;
    case 'pixel_frames':
      return `a ${shown}, ${value} pixels times frames in one task; make its videos shorter, smaller or fewer`;
    case 'pixel_frames_per_day':
      return `a ${shown}, ${value} pixels times frames of all tasks within a UTC day; make the videos shorter, smaller or fewer${
        retryAfterMs === null
          ? ''
          : `, or repeat the call in ${Math.ceil(retryAfterMs / 1000)} s, when the next day begins`
      }`;
    case 'output_bytes':
      return `a ${shown}, ${value} bytes of finished outputs; delete tasks first`;
    case 'upload_bytes':
      return `a ${shown}, ${value} bytes of uploads; delete some first`;
    case 'uploads':
      return `a ${shown}, ${value} uploads; delete some first`;
    case 'max_priority':
      return `a ${shown}; the highest priority is ${value}`;
  }
}
