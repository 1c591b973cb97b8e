import { hash } from 'node:crypto';
import { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { jsonType, writeCompactJson } from '../proto-json.js';

/** The spec's message type. */
export const renderSpecType = jsonType(RenderSpec, 'cutroom.v1.RenderSpec');

/**
 * What "same body" means for a `request_id`: SHA-256, in hexadecimal, of the request's canonical wire form without the id itself, and
 * without `validate_only` and `probe`, which say nothing of the task. Before defaults, so that a later version with other defaults still recognises a
 * repeated request.
 */
export function requestHash(request: SubmitTaskRequest): string {
  const body = SubmitTaskRequest.encode({
    ...request,
    requestId: '',
    validateOnly: false,
    probe: false,
    labels: sorted(request.labels),
    ...(request.spec && { spec: { ...request.spec, variables: sorted(request.spec.variables) } }),
  }).finish();
  return hash('sha256', body, 'hex');
}

/** The spec as it is stored: canonical proto3 JSON. @throws Error on a spec that does not parse, such as one with an impossible duration. */
export function specJson(spec: RenderSpec): string {
  return JSON.stringify(writeCompactJson(renderSpecType, spec));
}

/** The entries of a map come over the wire in any order, also in a repeated request. */
function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
