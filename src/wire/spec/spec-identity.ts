import { createHash } from 'node:crypto';
import { RenderSpec, SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { jsonType, writeCompactJson } from '../proto-json.js';

/** The spec's message type. */
export const renderSpecType = jsonType(RenderSpec, 'cutroom.v1.RenderSpec');

/**
 * What "same body" means for a `request_id`: SHA-256, in hexadecimal, of the request's canonical wire form without the id itself.
 * Before defaults, so that a later version with other defaults still recognises a repeated request.
 */
export function requestHash(request: SubmitTaskRequest): string {
  const body = SubmitTaskRequest.encode({ ...request, requestId: '' }).finish();
  return createHash('sha256').update(body).digest('hex');
}

/** The spec as it is stored: canonical proto3 JSON. @throws Error on a spec that does not parse, such as one with an impossible duration. */
export function specJson(spec: RenderSpec): string {
  return JSON.stringify(writeCompactJson(renderSpecType, spec));
}
