import type { JsonValue } from '@bufbuild/protobuf';
import { ServerError, Status } from 'nice-grpc';
import type { Violation } from '../../../composition/violation.js';
import { CallError } from '../../../task/call-error.js';
import { firstViolations } from '../../../wire/status-mapping.js';
import { RpcError } from '../../rpc-error.js';
import { httpStatusOf, statusResponse } from '../http-error.js';
import type { HttpResponse } from '../http-types.js';
import { failure } from './envelope.js';
import { toParameter } from './parameter-names.js';

/** FastAPI's message for a missing parameter; clients show it. */
export const FIELD_REQUIRED = 'field required';

/** An error of the chain, in the envelope. */
export function errorResponse(error: unknown): HttpResponse {
  if (!(error instanceof RpcError)) {
    const status = error instanceof ServerError ? httpStatusOf(error.code) : httpStatusOf(Status.CANCELLED);
    return failure(status, error instanceof ServerError ? error.details : 'cancelled');
  }
  const detail = error.cause instanceof CallError ? error.cause.detail : null;
  if (detail?.reason === 'INVALID_REQUEST') return violationsResponse(detail.violations, 'body');
  if (detail?.reason === 'TASK_NOT_ENDED') {
    return failure(
      409,
      `task ${detail.taskId} is still ${detail.state.toLowerCase()}; cancel it by POST /v1/tasks/${detail.taskId}:cancel, or delete it once it has ended`,
    );
  }
  if (detail?.reason === 'UPLOAD_TOO_LARGE') return failure(413, error.status.message);
  if (detail?.reason === 'DISK_FULL' || detail?.reason === 'UPLOADS_FULL') return failure(507, error.status.message);
  // The status and these headers are those of the JSON API.
  const { status, headers } = statusResponse(error.status);
  const kept = ['retry-after', 'www-authenticate', 'ratelimit-policy', 'ratelimit'].flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return failure(status, error.status.message, kept.length === 0 ? {} : { headers: Object.fromEntries(kept) });
}

/** 400 with every violation as FastAPI lists them, by the names of the parameters. */
export function violationsResponse(violations: readonly Violation[], part: 'body' | 'query'): HttpResponse {
  const named = firstViolations(violations).map(({ field, description }) => ({
    field: toParameter(field),
    description,
  }));
  const data = named.map(({ field, description }): JsonValue => ({
    loc: [part, ...locationOf(field)],
    msg: description,
    type: description === FIELD_REQUIRED ? 'value_error.missing' : 'value_error',
  }));
  const isMissing = named.every(({ description }) => description === FIELD_REQUIRED);
  return failure(400, isMissing ? missing(named) : summary(named), { data });
}

/** `video_materials[2].url` as FastAPI writes it. */
function locationOf(field: string): (string | number)[] {
  return field
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Begins as theirs, which clients look for; the rest is for people. */
function missing(violations: readonly Violation[]): string {
  const names = violations.map(({ field }) => field);
  const footage = names.some((name) => name.startsWith('video_materials')) ? '; no footage is searched here' : '';
  return `${FIELD_REQUIRED}: ${names.slice(0, MAX_NAMES).join(', ')}${footage}`;
}

const MAX_NAMES = 10;
const MAX_MESSAGE_CHARACTERS = 500;

function summary(violations: readonly Violation[]): string {
  const text = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return text.length > MAX_MESSAGE_CHARACTERS ? `${text.slice(0, MAX_MESSAGE_CHARACTERS)} …` : text;
}
