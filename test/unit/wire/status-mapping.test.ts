import { describe, expect, it } from 'vitest';
import { Code } from '../../../generated/google/rpc/code.js';
import { BadRequest, ErrorInfo, RetryInfo } from '../../../generated/google/rpc/error_details.js';
import { Status } from '../../../generated/google/rpc/status.js';
import { CallError, type CallErrorDetail, type CallErrorReason } from '../../../src/task/call-error.js';
import { FAILURES } from '../../../src/task/failure.js';
import { encodeStatusTrailer, statusToJson } from '../../../src/wire/status-details.js';
import { codeOfFailure, internalStatus, statusOf } from '../../../src/wire/status-mapping.js';

/** One of each: a new reason without a line here does not compile. */
const details: { [Reason in CallErrorReason]: [CallErrorDetail & { reason: Reason }, Code, boolean] } = {
  INVALID_REQUEST: [
    { reason: 'INVALID_REQUEST', violations: [{ field: 'spec', description: 'is required' }] },
    Code.INVALID_ARGUMENT,
    false,
  ],
  UNAUTHENTICATED: [{ reason: 'UNAUTHENTICATED' }, Code.UNAUTHENTICATED, false],
  AUTHENTICATION_UNAVAILABLE: [{ reason: 'AUTHENTICATION_UNAVAILABLE' }, Code.UNAVAILABLE, true],
  API_KEY_NOT_FOUND: [{ reason: 'API_KEY_NOT_FOUND', keyId: 'k' }, Code.NOT_FOUND, false],
  URL_KEY_STILL_VALID: [{ reason: 'URL_KEY_STILL_VALID', untilMs: 1 }, Code.FAILED_PRECONDITION, false],
  SIGNING_SECRET_NOT_FOUND: [{ reason: 'SIGNING_SECRET_NOT_FOUND', secretId: 's' }, Code.NOT_FOUND, false],
  DELIVERIES_PENDING: [{ reason: 'DELIVERIES_PENDING', taskId: 'a' }, Code.FAILED_PRECONDITION, false],
  SCOPE_MISSING: [{ reason: 'SCOPE_MISSING', scope: 'tasks.read' }, Code.PERMISSION_DENIED, false],
  TASK_NOT_FOUND: [{ reason: 'TASK_NOT_FOUND', taskId: 'a' }, Code.NOT_FOUND, false],
  REQUEST_ID_REUSED: [{ reason: 'REQUEST_ID_REUSED', requestId: 'r' }, Code.ALREADY_EXISTS, false],
  TASK_ALREADY_ENDED: [{ reason: 'TASK_ALREADY_ENDED', taskId: 'a', state: 'FAILED' }, Code.FAILED_PRECONDITION, false],
  TASK_NOT_ENDED: [{ reason: 'TASK_NOT_ENDED', taskId: 'a', state: 'RUNNING' }, Code.FAILED_PRECONDITION, false],
  TASK_NOT_RETRYABLE: [
    { reason: 'TASK_NOT_RETRYABLE', taskId: 'a', state: 'RUNNING' },
    Code.FAILED_PRECONDITION,
    false,
  ],
  PREVIEW_NOT_FOUND: [{ reason: 'PREVIEW_NOT_FOUND', taskId: 'a', state: 'RUNNING' }, Code.NOT_FOUND, false],
  NO_FREE_SLOT: [{ reason: 'NO_FREE_SLOT' }, Code.RESOURCE_EXHAUSTED, true],
  QUOTA_EXCEEDED: [
    { reason: 'QUOTA_EXCEEDED', limit: 'queued', value: 3, retryAfterMs: 1, windowMs: null },
    Code.RESOURCE_EXHAUSTED,
    true,
  ],
  NOT_SUPPORTED_HERE: [{ reason: 'NOT_SUPPORTED_HERE', action: 'fly' }, Code.UNIMPLEMENTED, false],
  UPLOAD_TOO_LARGE: [{ reason: 'UPLOAD_TOO_LARGE', maxBytes: 1024 }, Code.RESOURCE_EXHAUSTED, false],
  UPLOADS_FULL: [{ reason: 'UPLOADS_FULL', maxBytes: 1 }, Code.RESOURCE_EXHAUSTED, false],
  UPLOAD_NOT_FOUND: [{ reason: 'UPLOAD_NOT_FOUND' }, Code.NOT_FOUND, false],
  DISK_FULL: [{ reason: 'DISK_FULL' }, Code.RESOURCE_EXHAUSTED, false],
  OUTPUT_NOT_FOUND: [{ reason: 'OUTPUT_NOT_FOUND' }, Code.NOT_FOUND, false],
  URL_EXPIRED: [{ reason: 'URL_EXPIRED' }, Code.PERMISSION_DENIED, false],
  URL_SIGNATURE_INVALID: [{ reason: 'URL_SIGNATURE_INVALID' }, Code.PERMISSION_DENIED, false],
  WATCHER_TOO_SLOW: [{ reason: 'WATCHER_TOO_SLOW' }, Code.RESOURCE_EXHAUSTED, true],
  INSPECTIONS_BUSY: [{ reason: 'INSPECTIONS_BUSY' }, Code.RESOURCE_EXHAUSTED, true],
  DRAINING: [{ reason: 'DRAINING' }, Code.UNAVAILABLE, true],
  INPUTS_UNAVAILABLE: [{ reason: 'INPUTS_UNAVAILABLE' }, Code.UNAVAILABLE, true],
  STORE_UNAVAILABLE: [{ reason: 'STORE_UNAVAILABLE' }, Code.UNAVAILABLE, true],
};

function detailOf<T>(status: Status, type: { decode(bytes: Uint8Array): T }, name: string): T | null {
  const any = status.details.find((d) => d.typeUrl === `type.googleapis.com/${name}`);
  return any ? type.decode(any.value) : null;
}

describe('the status of a call error', () => {
  it.each(Object.values(details))('has code, message and details: %o', (detail, code, mayRetry) => {
    const status = statusOf(new CallError(detail, { cause: new Error('the cause') }));
    expect(status.code).toBe(code);
    expect(detailOf(status, ErrorInfo, 'google.rpc.ErrorInfo')).toMatchObject({
      reason: detail.reason,
      domain: 'cutroom.v1',
    });
    expect(detailOf(status, RetryInfo, 'google.rpc.RetryInfo') !== null).toBe(mayRetry);
    expect(JSON.stringify(statusToJson(status))).not.toContain('the cause');
  });

  it('names a hundred violations and the number of the others, and a few of them in its message', () => {
    const violations = Array.from({ length: 500 }, (_, i) => ({
      field: `spec.montage.materials[${i}].uri`,
      description: 'is required',
    }));
    const status = statusOf(new CallError({ reason: 'INVALID_REQUEST', violations }));
    expect(detailOf(status, BadRequest, 'google.rpc.BadRequest')?.fieldViolations).toMatchObject([
      ...violations.slice(0, 100),
      { field: '', description: '400 more violations are not listed' },
    ]);
    expect(status.message.length).toBeLessThan(600);
    expect(status.message).toMatch(/^spec\.montage\.materials\[0\]\.uri: is required; .*; and \d+ more$/);
  });
});

describe('the trailer of a status', () => {
  const statusWith = (count: number) => {
    const violations = Array.from({ length: count }, (_, i) => ({
      field: `spec.montage.materials[${i}].uri`,
      description: 'is required',
    }));
    return statusOf(new CallError({ reason: 'INVALID_REQUEST', violations }));
  };

  it('has every violation while it fits', () => {
    expect(Status.decode(encodeStatusTrailer(statusWith(50)))).toEqual(statusWith(50));
  });

  it.each([100, 5_000])(
    'stays small enough for every client with %i violations, and counts the omitted ones',
    (count) => {
      const bytes = encodeStatusTrailer(statusWith(count));
      expect(bytes.length).toBeLessThan(5_000);
      const kept = detailOf(Status.decode(bytes), BadRequest, 'google.rpc.BadRequest')?.fieldViolations ?? [];
      expect(kept.length).toBeGreaterThan(50);
      expect(kept.at(-1)?.description).toBe(
        `${count - kept.length + 1} more violations do not fit into a gRPC trailer`,
      );
    },
  );
});

it('the status of an error of the service contains nothing of its message', () => {
  expect(internalStatus().code).toBe(Code.INTERNAL);
  expect(detailOf(internalStatus(), ErrorInfo, 'google.rpc.ErrorInfo')?.reason).toBe('INTERNAL');
});

it('the status of a failed render has a code other than OK, for every reason', () => {
  for (const { category } of Object.values(FAILURES)) expect(codeOfFailure(category)).toBeGreaterThan(Code.OK);
});
