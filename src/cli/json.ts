import type { JsonValue } from '@bufbuild/protobuf';
import { ApiKey } from '../../generated/cutroom/v1/api_key.js';
import { MediaInfo } from '../../generated/cutroom/v1/media.js';
import { SigningSecret } from '../../generated/cutroom/v1/signing_secret.js';
import { RenderSpec } from '../../generated/cutroom/v1/spec.js';
import { Task } from '../../generated/cutroom/v1/task.js';
import { ListTasksResponse } from '../../generated/cutroom/v1/task_service.js';
import { Status } from '../../generated/google/rpc/status.js';
import { jsonType, readCallersJson, writeCompactJson, writeFullJson } from '../wire/proto-json.js';

const taskType = jsonType(Task, 'cutroom.v1.Task');
const listType = jsonType(ListTasksResponse, 'cutroom.v1.ListTasksResponse');
const mediaType = jsonType(MediaInfo, 'cutroom.v1.MediaInfo');
const apiKeyType = jsonType(ApiKey, 'cutroom.v1.ApiKey');
const signingSecretType = jsonType(SigningSecret, 'cutroom.v1.SigningSecret');
const statusType = jsonType(Status, 'google.rpc.Status');
const specType = jsonType(RenderSpec, 'cutroom.v1.RenderSpec');

/** A task as one line of JSON, as the JSON API answers it. */
export function taskJson(task: Task): string {
  return JSON.stringify(writeFullJson(taskType, task));
}

/** A page of tasks as one line of JSON. */
export function listJson(page: ListTasksResponse): string {
  return JSON.stringify(writeFullJson(listType, page));
}

/** An API key as one line of JSON. */
export function apiKeyJson(key: ApiKey): string {
  return JSON.stringify(writeFullJson(apiKeyType, key));
}

/** A signing secret as one line of JSON. */
export function signingSecretJson(secret: SigningSecret): string {
  return JSON.stringify(writeFullJson(signingSecretType, secret));
}

/** An inspected input as one line of JSON. */
export function mediaJson(media: MediaInfo): string {
  return JSON.stringify(writeFullJson(mediaType, media));
}

/** A spec as indented JSON, to be read and to be submitted again. */
export function specText(spec: RenderSpec): string {
  return JSON.stringify(writeFullJson(specType, spec), null, 2);
}

/** A RenderSpec as people keep it in a file: without the fields that are not set. @param schema the URL of its JSON Schema, for editors. */
export function specFileText(spec: RenderSpec, schema?: string): string {
  const json = writeCompactJson(specType, spec);
  const head = schema === undefined ? {} : { $schema: schema };
  return JSON.stringify(Object.assign(head, json), null, 2);
}

/** An error as one line of JSON, its details by name. */
export function statusJson(status: Status): string {
  return JSON.stringify(writeFullJson(statusType, status));
}

/** Reads a RenderSpec from JSON. @throws JsonProblemsError that names every field at fault; an unknown field is one. */
export function parseRenderSpec(json: JsonValue): RenderSpec {
  return readCallersJson(specType, json, { unknownFields: 'refuse' });
}
