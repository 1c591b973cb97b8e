import type { SubmitCommand } from '../task/use-cases/task-use-cases.js';
import type { Violation } from '../composition/violation.js';
import type { SubmitTaskRequest } from '../../generated/cutroom/v1/task_service.js';
import { parseSpec } from './spec/parse-spec.js';
import { requestHash, specJson } from './spec/spec-identity.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Turns a submit from the wire into the use-case's command, with every violation that can be seen without reading inputs. */
export function parseSubmit(request: SubmitTaskRequest, tenant: string): SubmitCommand {
  const violations: Violation[] = [];
  const requestId = parseRequestId(request.requestId, violations);
  const parsed = parseSpec(request.spec);
  const spec = violations.length === 0 ? parsed : { ...parsed, montage: null, violations: [...violations, ...parsed.violations] };
  return {
    tenant,
    requestId,
    requestHash: requestHash(request),
    // A refused spec is not stored, and may be one that has no JSON form.
    specJson: spec.montage && request.spec ? specJson(request.spec) : '',
    spec,
  };
}

function parseRequestId(text: string, violations: Violation[]): string | null {
  if (text === '') return null;
  const id = text.toLowerCase();
  if (UUID.test(id)) return id;
  violations.push({ field: 'request_id', description: 'must be a UUID such as 123e4567-e89b-42d3-a456-426614174000' });
  return null;
}
