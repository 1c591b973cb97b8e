import { Admission, type SubmitTaskRequest } from '../../generated/cutroom/v1/task_service.js';
import type { Caller } from '../task/caller.js';
import type { SubmitCommand } from '../task/use-cases/task-use-cases.js';
import { type EnumTable, type Findings, parseEnum, type Place, refuse } from './render-spec/fields.js';
import { parseSpec } from './render-spec/parse-spec.js';
import { requestHash, specJson } from './render-spec/spec-identity.js';
import { parseTaskOptions } from './task-options.js';

export const UUID = /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/;

const ADMISSIONS: EnumTable<Admission, SubmitCommand['admission']> = {
  [Admission.ADMISSION_UNSPECIFIED]: 'QUEUE',
  [Admission.ADMISSION_QUEUE]: 'QUEUE',
  [Admission.ADMISSION_RUN_OR_REJECT]: 'RUN_OR_REJECT',
};

/** Turns a submit from the wire into the use-case's command, with every violation that can be seen without reading inputs. */
export function parseSubmit(request: SubmitTaskRequest, caller: Caller): SubmitCommand {
  const parsed = parseSpec(request.spec);
  const findings: Findings = { violations: [], assets: [], fonts: [] };
  const root = (field: string): Place => ({ field, findings });
  const requestId = parseRequestId(request.requestId, root('request_id'));
  const options = parseTaskOptions(request, root);
  const admission = parseEnum(request.admission, root('admission'), ADMISSIONS);
  if (request.probe && !request.validateOnly)
    refuse(root('probe'), 'needs validate_only: a render reads the inputs itself');
  const violations = [...parsed.violations, ...findings.violations];
  const spec = { ...parsed, form: violations.length === 0 ? parsed.form : null, violations };
  return {
    tenant: caller.tenant,
    requestId,
    requestHash: requestHash(request),
    // A refused spec is not stored, and may be one that has no JSON form.
    specJson: spec.form && request.spec ? specJson(request.spec) : '',
    spec,
    options,
    admission,
    ...(request.probe && { probe: true as const }),
  };
}

function parseRequestId(text: string, place: Place): string | null {
  if (text === '') return null;
  const id = text.toLowerCase();
  if (UUID.test(id)) return id;
  refuse(place, 'must be a UUID such as 123e4567-e89b-42d3-a456-426614174000');
  return null;
}
