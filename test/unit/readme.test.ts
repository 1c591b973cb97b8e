import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Code } from '../../generated/google/rpc/code.js';
import { WARNINGS } from '../../src/composition/warning.js';
import { variablesAsMarkdown } from '../../src/config/print-variables.js';
import { CallError, type CallErrorDetail, type CallErrorReason } from '../../src/task/call-error.js';
import { FAILURES } from '../../src/task/failure.js';
import { statusOf } from '../../src/wire/status-mapping.js';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

/** One of each. The compiler names a reason that is missing here. */
const ERRORS: { readonly [Reason in CallErrorReason]: Extract<CallErrorDetail, { reason: Reason }> } = {
  INVALID_REQUEST: { reason: 'INVALID_REQUEST', violations: [] },
  UNAUTHENTICATED: { reason: 'UNAUTHENTICATED' },
  AUTHENTICATION_UNAVAILABLE: { reason: 'AUTHENTICATION_UNAVAILABLE' },
  API_KEY_NOT_FOUND: { reason: 'API_KEY_NOT_FOUND', keyId: 'k' },
  URL_KEY_STILL_VALID: { reason: 'URL_KEY_STILL_VALID', untilMs: 1 },
  SIGNING_SECRET_NOT_FOUND: { reason: 'SIGNING_SECRET_NOT_FOUND', secretId: 's' },
  DELIVERIES_PENDING: { reason: 'DELIVERIES_PENDING', taskId: 't' },
  SCOPE_MISSING: { reason: 'SCOPE_MISSING', scope: 'tasks.read' },
  TASK_NOT_FOUND: { reason: 'TASK_NOT_FOUND', taskId: 't' },
  REQUEST_ID_REUSED: { reason: 'REQUEST_ID_REUSED', requestId: 'r' },
  TASK_ALREADY_ENDED: { reason: 'TASK_ALREADY_ENDED', taskId: 't', state: 'FAILED' },
  TASK_NOT_ENDED: { reason: 'TASK_NOT_ENDED', taskId: 't', state: 'RUNNING' },
  TASK_NOT_RETRYABLE: { reason: 'TASK_NOT_RETRYABLE', taskId: 't', state: 'QUEUED' },
  NO_FREE_SLOT: { reason: 'NO_FREE_SLOT' },
  QUOTA_EXCEEDED: { reason: 'QUOTA_EXCEEDED', limit: 'queued', value: 3, retryAfterMs: null, windowMs: null },
  NOT_SUPPORTED_HERE: { reason: 'NOT_SUPPORTED_HERE', action: 'do it' },
  UPLOAD_TOO_LARGE: { reason: 'UPLOAD_TOO_LARGE', maxBytes: 1 },
  UPLOADS_FULL: { reason: 'UPLOADS_FULL', maxBytes: 1 },
  UPLOAD_NOT_FOUND: { reason: 'UPLOAD_NOT_FOUND' },
  DISK_FULL: { reason: 'DISK_FULL' },
  OUTPUT_NOT_FOUND: { reason: 'OUTPUT_NOT_FOUND' },
  PREVIEW_NOT_FOUND: { reason: 'PREVIEW_NOT_FOUND', taskId: 't', state: 'QUEUED' },
  URL_EXPIRED: { reason: 'URL_EXPIRED' },
  URL_SIGNATURE_INVALID: { reason: 'URL_SIGNATURE_INVALID' },
  WATCHER_TOO_SLOW: { reason: 'WATCHER_TOO_SLOW' },
  DRAINING: { reason: 'DRAINING' },
  INSPECTIONS_BUSY: { reason: 'INSPECTIONS_BUSY' },
  INPUTS_UNAVAILABLE: { reason: 'INPUTS_UNAVAILABLE' },
  STORE_UNAVAILABLE: { reason: 'STORE_UNAVAILABLE' },
};

describe('the tables of the README', () => {
  it('list every environment variable as the table in the code does', () => {
    expect(/^\| variable \|[^]*?\n(?!\|)/m.exec(readme)?.[0].trimEnd()).toBe(variablesAsMarkdown());
  });

  it.each(Object.values(ERRORS))('list the error $reason with its status', (detail) => {
    const row = new RegExp(`^\\|[^|]*\`${detail.reason}\`[^|]*\\| (\\w+) \\| \\d+ \\|`, 'm').exec(readme);
    expect(row?.[1]).toBe(Code[statusOf(new CallError(detail)).code]);
  });

  it.each(Object.entries(FAILURES))('list the failure %s in the row of its category', (reason, { category }) => {
    const row = new RegExp(`^\\| ${category} \\|(.*)\\|$`, 'm').exec(readme)?.[1];
    expect(row).toContain(`\`${reason}\``);
  });

  it.each(Object.entries(WARNINGS))('list the warning %s with its meaning', (code, meaning) => {
    expect(readme).toContain(`| \`${code}\` | ${meaning} |`);
  });
});
