import { ServerError, Status } from 'nice-grpc';
import type { JsonValue } from '@bufbuild/protobuf';
import { ErrorInfo, RetryInfo } from '../../../generated/google/rpc/error_details.js';
import type { Status as WireStatus } from '../../../generated/google/rpc/status.js';
import { statusToJson } from '../../wire/status-details.js';
import { RpcError, statusCode } from '../rpc-error.js';
import { type HttpResponse, jsonResponse } from './http-types.js';

/** An error as grpc-gateway answers it: a `google.rpc.Status` in JSON, with the HTTP status of its code. */
export function statusResponse(status: WireStatus, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const retryAfter = retrySeconds(status);
  const all = {
    ...headers,
    ...challengeFor(status),
    ...quotaHeaders(status, retryAfter),
    ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }),
  };
  return jsonResponse(httpStatusOf(statusCode(status.code)), JSON.stringify(statusToJson(status)), all);
}

/** The answer for the error that ended a call. */
export function errorResponse(error: unknown): HttpResponse {
  // A caller that has gone does not read this.
  return statusResponse(statusIn(error) ?? { code: Status.CANCELLED, message: 'cancelled', details: [] });
}

/** The status that a call ended with; null when the caller has gone. */
export function statusIn(error: unknown): WireStatus | null {
  if (error instanceof RpcError) return error.status;
  return error instanceof ServerError ? { code: error.code, message: error.details, details: [] } : null;
}

/** An error that has no gRPC call behind it. */
export function plainError(
  httpStatus: number,
  code: Status,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const body: JsonValue = { code, message, details: [] };
  return jsonResponse(httpStatus, JSON.stringify(body), headers);
}

/** grpc-gateway's map from a gRPC code to an HTTP status. */
export function httpStatusOf(code: Status): number {
  switch (code) {
    case Status.OK:
      return 200;
    case Status.CANCELLED:
      return 499;
    case Status.INVALID_ARGUMENT:
    case Status.FAILED_PRECONDITION:
    case Status.OUT_OF_RANGE:
      return 400;
    case Status.UNAUTHENTICATED:
      return 401;
    case Status.PERMISSION_DENIED:
      return 403;
    case Status.NOT_FOUND:
      return 404;
    case Status.ALREADY_EXISTS:
    case Status.ABORTED:
      return 409;
    case Status.RESOURCE_EXHAUSTED:
      return 429;
    case Status.UNIMPLEMENTED:
      return 501;
    case Status.UNAVAILABLE:
      return 503;
    case Status.DEADLINE_EXCEEDED:
      return 504;
    case Status.UNKNOWN:
    case Status.INTERNAL:
    case Status.DATA_LOSS:
      return 500;
  }
}

/** How to get in, as RFC 6750, 3 has it; empty for other errors. */
function challengeFor({ code, details }: WireStatus): Record<string, string> {
  if (code === Status.UNAUTHENTICATED.valueOf()) return { 'www-authenticate': 'Bearer realm="cutroom"' };
  if (code !== Status.PERMISSION_DENIED.valueOf()) return {};
  const info = details.find((d) => d.typeUrl.endsWith('/google.rpc.ErrorInfo'));
  const scope = info ? ErrorInfo.decode(info.value).metadata.scope : undefined;
  if (scope === undefined) return {};
  return { 'www-authenticate': `Bearer realm="cutroom", error="insufficient_scope", scope="${scope}"` };
}

/**
 * The limit in the words of draft-ietf-httpapi-ratelimit-headers-10: a policy by the name of the limit, its quota `q`, the unit `qu` and for a rate the window `w` in
 * seconds; nothing remains of it (`r`), until `t` seconds from now where waiting helps. Only refusals have it.
 */
function quotaHeaders({ details }: WireStatus, retryAfter: number | null): Record<string, string> {
  const info = details.find((d) => d.typeUrl.endsWith('/google.rpc.ErrorInfo'));
  if (info === undefined) return {};
  const { reason, metadata } = ErrorInfo.decode(info.value);
  const { limit, value, unit, window_ms: windowMs } = metadata;
  if (reason !== 'QUOTA_EXCEEDED' || limit === undefined || value === undefined || Number(value) < 0) return {};
  const window = windowMs === undefined ? '' : `;w=${Math.max(1, Math.ceil(Number(windowMs) / 1000))}`;
  return {
    'ratelimit-policy': `"${limit}";q=${value};qu="${unit ?? ''}"${window}`,
    ratelimit: `"${limit}";r=0${retryAfter === null ? '' : `;t=${retryAfter}`}`,
  };
}

function retrySeconds(status: WireStatus): number | null {
  const detail = status.details.find((d) => d.typeUrl.endsWith('/google.rpc.RetryInfo'));
  const delay = detail ? RetryInfo.decode(detail.value).retryDelay : undefined;
  return delay ? Number(delay.seconds) : null;
}
