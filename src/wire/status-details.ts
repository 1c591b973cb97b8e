import type { JsonValue } from '@bufbuild/protobuf';
import {
  BadRequest,
  ErrorInfo,
  PreconditionFailure,
  QuotaFailure,
  QuotaFailure_Violation,
  ResourceInfo,
  RetryInfo,
} from '../../generated/google/rpc/error_details.js';
import { Status } from '../../generated/google/rpc/status.js';
import type { Violation } from '../composition/violation.js';
import { jsonType, type WireType, writeFullJson } from './proto-json.js';

/** Domain of every `google.rpc.ErrorInfo` of this service: its reasons are unique within it. */
export const ERROR_DOMAIN = 'cutroom.v1';

/** One entry of `google.rpc.Status.details`. */
export type StatusDetail = Status['details'][number];

/**
 * How many bytes of details travel in a gRPC trailer. Clients on C-core (Python, C++, Ruby) and on Java refuse a call's trailers
 * above 8 KiB altogether, and base64 takes a third more. JSON answers have no such limit.
 */
const MAX_TRAILER_DETAIL_BYTES = 5_000;

const statusType = jsonType(Status, 'google.rpc.Status');

/** Identifies the error for programs. Part of every error. */
export function errorInfo(reason: string, metadata: Record<string, string>): StatusDetail {
  return pack(ErrorInfo, 'google.rpc.ErrorInfo', { reason, domain: ERROR_DOMAIN, metadata });
}

/** Names the fields at fault. */
export function badRequest(violations: readonly Violation[]): StatusDetail {
  const fieldViolations = violations.map((v) => ({ ...v, reason: '', localizedMessage: undefined }));
  return pack(BadRequest, 'google.rpc.BadRequest', { fieldViolations });
}

/** Says that the call may be repeated, and after how long. */
export function retryInfo(delaySeconds: number): StatusDetail {
  return pack(RetryInfo, 'google.rpc.RetryInfo', { retryDelay: { seconds: BigInt(delaySeconds), nanos: 0 } });
}

/** Names the resource that an error is about. */
export function resourceInfo(resourceType: string, resourceName: string, description: string): StatusDetail {
  return pack(ResourceInfo, 'google.rpc.ResourceInfo', { resourceType, resourceName, owner: '', description });
}

/** Names the limit that a call would exceed. */
export function quotaFailure(subject: string, description: string): StatusDetail {
  return pack(QuotaFailure, 'google.rpc.QuotaFailure', {
    violations: [{ ...QuotaFailure_Violation.create(), subject, description }],
  });
}

/** Names the state that stands against a call. */
export function preconditionFailure(type: string, subject: string, description: string): StatusDetail {
  return pack(PreconditionFailure, 'google.rpc.PreconditionFailure', { violations: [{ type, subject, description }] });
}

/**
 * The bytes of the trailer `grpc-status-details-bin`. Of more violations than a trailer can carry the first are kept, and the last
 * entry says how many are left out.
 */
export function encodeStatusTrailer(status: Status): Uint8Array {
  const bytes = Status.encode(status).finish();
  if (bytes.length <= MAX_TRAILER_DETAIL_BYTES) return bytes;
  const details = status.details.map((detail) => shortened(detail, violationsOf(status)));
  return Status.encode({ ...status, details }).finish();
}

/** Canonical JSON of a status, each detail by its own type. */
export function statusToJson(status: Status): JsonValue {
  return writeFullJson(statusType, status);
}

/** How many violations there are; those that are not listed count. */
function violationsOf({ details }: Status): number {
  const info = details.find((detail) => detail.typeUrl === typeUrl('google.rpc.ErrorInfo'));
  return Number((info && ErrorInfo.decode(info.value).metadata.violations) ?? 0);
}

function shortened(detail: StatusDetail, total: number): StatusDetail {
  if (detail.typeUrl !== typeUrl('google.rpc.BadRequest')) return detail;
  // The entry that says how many are not listed has no field: it is made anew.
  const fieldViolations = BadRequest.decode(detail.value).fieldViolations.filter(({ field }) => field !== '');
  let bytes = 0;
  const kept = fieldViolations.filter((v) => {
    // Two length bytes for each text and for the entry itself, at most.
    bytes += Buffer.byteLength(v.field) + Buffer.byteLength(v.description) + 9;
    return bytes < MAX_TRAILER_DETAIL_BYTES - 1_000;
  });
  const left = Math.max(total, fieldViolations.length) - kept.length;
  return badRequest(
    left === 0 ? kept : [...kept, { field: '', description: `${left} more violations do not fit into a gRPC trailer` }],
  );
}

function pack<T>(type: WireType<T>, typeName: string, message: T): StatusDetail {
  return { typeUrl: typeUrl(typeName), value: Buffer.from(type.encode(message).finish()) };
}

function typeUrl(typeName: string): string {
  return `type.googleapis.com/${typeName}`;
}
