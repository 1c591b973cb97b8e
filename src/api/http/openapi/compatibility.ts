import type { JsonObject } from '@bufbuild/protobuf';
import type { MoneyPrinterTurbo } from '../moneyprinterturbo/moneyprinterturbo.js';
import type { RouteDoc } from '../moneyprinterturbo/route.js';
import { videoParameters } from './video-parameters.js';

export const COMPATIBILITY_TAG = 'MoneyPrinterTurbo';

/** The envelope of all their answers in JSON, and the parameters of a video. */
export const COMPATIBILITY_SCHEMAS: JsonObject = {
  Envelope: {
    type: 'object',
    description: 'The HTTP status again, a message for people, and the data of the answer.',
    required: ['status', 'message'],
    properties: { status: { type: 'integer' }, message: { type: 'string' }, data: {} },
  },
  VideoParameters: videoParameters(),
};

const ENVELOPE: JsonObject = { 'application/json': { schema: { $ref: '#/components/schemas/Envelope' } } };
const VIDEO: JsonObject = { 'video/mp4': { schema: { type: 'string', contentMediaType: 'video/mp4' } } };
const PAGE: JsonObject = { type: 'integer', minimum: 1, maximum: 1000 };

/** The paths of the routes that clients of MoneyPrinterTurbo know. */
export function compatibilityPaths(routes: MoneyPrinterTurbo['routes']): Record<string, JsonObject> {
  const paths: Record<string, JsonObject> = {};
  for (const { method, template, doc } of routes)
    if (doc) paths[template] = { ...paths[template], [method.toLowerCase()]: operation(template, doc) };
  return paths;
}

/** The paths at which finished videos are: tasks name them, mostly with a signature. */
export function filePaths(): Record<string, JsonObject> {
  const error = { $ref: '#/components/responses/Error' };
  const template = '/tasks/{task}/{file}';
  const doc: RouteDoc = { id: 'GetVideo', summary: 'Answers with a finished video.', answer: 'video' };
  const signature = ['expires', 'signature'].map((name) => ({
    name,
    in: 'query',
    description: 'As in the URL that the task names. Without authentication both may be left out.',
    schema: { type: 'string' },
  }));
  const { parameters, ...rest } = operation(template, doc);
  const responses = { ...(rest.responses as JsonObject), '4XX': error, '5XX': error };
  const stream = streamFile();
  return {
    [template]: { get: { ...rest, parameters: [...(parameters as JsonObject[]), ...signature], responses } },
    [stream.template]: { get: { ...stream.operation, responses: { ...stream.responses, '4XX': error, '5XX': error } } },
  };
}

/** A file of a stream, whose relative links keep the signature. */
function streamFile() {
  const template = '/tasks/{task}/{signature}/{file}';
  const doc: RouteDoc = { id: 'GetStreamFile', summary: 'Answers with a file of a finished stream.' };
  const content = Object.fromEntries(
    ['application/vnd.apple.mpegurl', 'video/mp4', 'audio/mp4', 'text/vtt', 'image/jpeg'].map((type) => [
      type,
      { schema: { type: 'string', contentMediaType: type } },
    ]),
  );
  const responses = {
    200: { description: 'The file.', content },
    206: { description: 'The part of it that the header Range asks for.', content },
    304: { description: 'The file that the caller has is the same.' },
  };
  return { template, operation: operation(template, doc), responses };
}

function operation(template: string, { id, summary, body, paged, answer }: RouteDoc): JsonObject {
  const failed = { description: 'Refused or failed, in the same envelope.', content: ENVELOPE };
  return {
    operationId: id,
    summary,
    tags: [COMPATIBILITY_TAG],
    parameters: [...inPath(template), ...(paged ? ['page', 'page_size'].map(inQuery) : [])],
    ...(body ? { requestBody: { required: true, content: bodyOf(body) } } : {}),
    responses: { ...success(answer), '4XX': failed, '5XX': failed },
  };
}

function success(answer: RouteDoc['answer']): JsonObject {
  if (answer === undefined) return { 200: { description: 'Done.', content: ENVELOPE } };
  return {
    200: { description: 'The video.', content: VIDEO },
    206: { description: 'The part of it that the header Range asks for.', content: VIDEO },
    304: { description: 'The video that the caller has is the same.' },
  };
}

function bodyOf(body: NonNullable<RouteDoc['body']>): JsonObject {
  if (body === 'parameters')
    return { 'application/json': { schema: { $ref: '#/components/schemas/VideoParameters' } } };
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  return { 'multipart/form-data': { schema: { type: 'object', required: ['file'], properties: { file } } } };
}

const PATH_VARIABLES: Readonly<Record<string, string>> = {
  file: 'The name of the file.',
  signature: 'As in the URL that the task names.',
};

function inPath(template: string): JsonObject[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_VARIABLES[name] ?? 'The id of the task.',
    schema: { type: 'string', minLength: 1 },
  }));
}

function inQuery(name: string): JsonObject {
  return { name, in: 'query', description: name === 'page' ? 'From 1 on. Default: 1.' : 'Default: 10.', schema: PAGE };
}
