import type { DescField, JsonObject } from '@bufbuild/protobuf';
import { TaskServiceDefinition } from '../../../../generated/cutroom/v1/task_service.js';
import { registry } from '../../../wire/proto-json.js';
import type { MoneyPrinterTurbo } from '../moneyprinterturbo/moneyprinterturbo.js';
import { type Route, routesOf } from '../gateway/route-table.js';
import { ID_PATTERN } from '../../../wire/id-names.js';
import { TASK_ID } from '../../../wire/task-name.js';
import { commentOf, summaryOf } from './comments.js';
import { isRequired } from './field-behavior.js';
import { compatibilityPaths, COMPATIBILITY_SCHEMAS, COMPATIBILITY_TAG, filePaths } from './compatibility.js';
import { previewPath } from './preview-path.js';
import { createSchemas, type Schemas } from './schemas.js';

const ERRORS =
  'An error, as grpc-gateway has them: `code` is the gRPC code; `details` hold a google.rpc.ErrorInfo, and a google.rpc.BadRequest with every field at fault.';

/** The header that a browser's EventSource sends when it reconnects. */
const CURSOR: JsonObject = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'Server-sent events only: the revision that was seen last, in place of `afterRevision`.',
  schema: { type: 'string', pattern: '^[0-9]{1,18}$' },
};

const SECURITY_SCHEMES: JsonObject = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a token.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key, or a token.' },
};

/** The OpenAPI 3.1 document of the JSON API: routes, messages and descriptions are those of the proto. */
export function openApiDocument(options: {
  readonly version: string;
  readonly compatibility: MoneyPrinterTurbo['routes'];
}): JsonObject {
  const service = registry.getService(TaskServiceDefinition.fullName);
  const status = registry.getMessage('google.rpc.Status');
  if (!service || !status) throw new Error('generated/descriptors.binpb lacks the service');
  const schemas = createSchemas(service);
  const errorSchema = schemas.ofMessage(status);
  const error = { description: ERRORS, content: { 'application/json': { schema: errorSchema } } };
  const streamError = {
    description: ERRORS,
    content: { 'application/json': { schema: { type: 'object', properties: { error: errorSchema } } } },
  };
  const paths: Record<string, JsonObject> = {};
  for (const route of routesOf(service.typeName)) {
    const { path, variables } = openApiPath(route.template.text);
    paths[path] = { ...paths[path], [route.httpMethod.toLowerCase()]: operationOf(route, variables, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cutroom',
      version: options.version,
      description: commentOf(service),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    // None is needed where the service has no authentication.
    security: [{}, { bearer: [] }, { apiKey: [] }],
    tags: [
      { name: service.name, description: summaryOf(commentOf(service)).summary },
      { name: COMPATIBILITY_TAG, description: 'Routes that clients of MoneyPrinterTurbo know.' },
    ],
    paths: {
      ...paths,
      ...probePaths(),
      ...previewPath(service.name),
      ...filePaths(),
      ...compatibilityPaths(options.compatibility),
    },
    components: {
      schemas: { ...schemas.all, ...COMPATIBILITY_SCHEMAS },
      responses: { Error: error, StreamError: streamError },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

interface Variable {
  readonly name: string;
  readonly field: string;
}

/** `/v1/{name=tasks/*}:watch` is `/v1/tasks/{task}:watch`: OpenAPI's variables are single segments. */
function openApiPath(template: string): { path: string; variables: readonly Variable[] } {
  const variables: Variable[] = [];
  const path = template.replace(/\{(\w+)=(\w+)s\/\*\}/g, (_, field: string, collection: string) => {
    variables.push({ name: collection, field });
    return `${collection}s/{${collection}}`;
  });
  return { path, variables };
}

function operationOf({ rpc, hasBody }: Route, variables: readonly Variable[], schemas: Schemas): JsonObject {
  const { summary, rest } = summaryOf(commentOf(rpc));
  const inPath = variables.map(({ name }) => ({
    name,
    in: 'path',
    required: true,
    description: `The id of the ${name}.`,
    schema: { type: 'string', pattern: name === 'task' ? TASK_ID : ID_PATTERN },
  }));
  const taken = new Set(variables.map(({ field }) => field));
  const inQuery = hasBody
    ? []
    : rpc.input.fields.filter((field) => !taken.has(field.name)).map((field) => queryParameter(field, schemas));
  const body = hasBody
    ? {
        requestBody: {
          required: rpc.input.fields.some((field) => isRequired(field) && !taken.has(field.name)),
          content: { 'application/json': { schema: schemas.ofBody(rpc.input, taken) } },
        },
      }
    : {};
  return {
    operationId: rpc.name,
    summary,
    ...(rest === '' ? {} : { description: rest }),
    tags: [rpc.parent.name],
    parameters: [...inPath, ...inQuery, ...(isStream(rpc) ? [CURSOR] : [])],
    ...body,
    responses: { 200: answerOf(rpc, schemas), ...noContent(rpc), '4XX': errorRef(rpc), '5XX': errorRef(rpc) },
  };
}

function answerOf(rpc: Route['rpc'], schemas: Schemas): JsonObject {
  const schema = schemas.ofMessage(rpc.output);
  if (!isStream(rpc))
    return { description: commentOf(rpc.output) || 'Done.', content: { 'application/json': { schema } } };
  const lines = {
    type: 'object',
    properties: { result: schema, error: { $ref: '#/components/schemas/google.rpc.Status' } },
  };
  return {
    description: 'One JSON object per line; or server-sent events whose data is the task and whose id is its revision.',
    content: { 'application/json': { schema: lines }, 'text/event-stream': { schema: { type: 'string' } } },
  };
}

function noContent(rpc: Route['rpc']): JsonObject {
  return isStream(rpc)
    ? { 204: { description: 'Server-sent events only: the task ended at the revision that was given.' } }
    : {};
}

function isStream(rpc: Route['rpc']): boolean {
  return rpc.methodKind === 'server_streaming';
}

/** An error before the first message of a stream has the same form as one within it. */
function errorRef(rpc?: Route['rpc']): JsonObject {
  return { $ref: `#/components/responses/${rpc && isStream(rpc) ? 'StreamError' : 'Error'}` };
}

function queryParameter(field: DescField, schemas: Schemas): JsonObject {
  const schema = schemas.ofField(field);
  return { name: field.jsonName, in: 'query', required: isRequired(field), description: commentOf(field), schema };
}

function probePaths(): Record<string, JsonObject> {
  const text = (description: string) => ({ description, content: { 'text/plain': { schema: { type: 'string' } } } });
  const get = (operationId: string, summary: string, responses: JsonObject): JsonObject => ({
    get: { operationId, summary, security: [], responses },
  });
  return {
    '/metrics': get('Metrics', 'Metrics in the Prometheus text format.', {
      200: text('The metrics.'),
      '4XX': errorRef(),
    }),
    '/healthz': get('Healthz', 'Whether the process lives.', { 200: text('It does.'), '4XX': errorRef() }),
    '/readyz': get('Readyz', 'Whether to send work here.', {
      200: text('Yes.'),
      503: text('Not now: draining, or the store does not answer.'),
      '4XX': errorRef(),
    }),
  };
}
