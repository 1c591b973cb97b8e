import type { JsonObject } from '@bufbuild/protobuf';
import { LRUCache } from 'lru-cache';
import type { CallContext } from 'nice-grpc';
import { type MessageFns, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { CallError } from '../../task/call-error.js';
import { jsonType, type JsonType, readCallersJson, readJson, writeFullJson } from '../../wire/proto-json.js';
import { submitRequestType } from '../../wire/submit-request-type.js';
import { oncePerObject } from '../once-per-object.js';
import type { Chain } from '../chain/chain.js';
import type { TaskService } from '../service/task-service.js';
import type { InProcessContext } from './in-process-context.js';
import type { Route } from './route-table.js';

const MAX_DESCRIPTION_CHARACTERS = 300;
/** As many as may be polled at a time, of each route. */
const MAX_REMEMBERED = 1_000;

/**
 * One unary RPC, called in process: JSON in, JSON text out, through the same chain as a call that came over gRPC.
 * @throws RpcError
 */
export type Endpoint = (source: RequestSource, context: InProcessContext, printing: Printing) => Promise<string>;

/** Where a request's JSON comes from. */
export interface RequestSource {
  /** What it throws counts as the request's fault. */
  readonly read: () => JsonObject;
  /** The same key, the same JSON: a caller that polls sends the same URL again and again. Null: not worth to be remembered. */
  readonly key: string | null;
}

/** How enums are printed; by name unless a caller asks otherwise. */
export interface Printing {
  readonly enums: 'names' | 'numbers';
}

/** The endpoint behind a route of a unary RPC. */
export function endpointOf(route: Route, service: TaskService, chain: Chain): Endpoint {
  const { submitTask, getTask, listTasks, cancelTask, retryTask, deleteTask, getCapabilities, probeMedia } =
    TaskServiceDefinition.methods;
  switch (route.rpc.name) {
    case submitTask.name:
      return endpoint(
        route,
        { ...submitTask, requestType: submitRequestType },
        (request, context) => service.submitTask(request, context),
        chain,
      );
    case getTask.name:
      return endpoint(route, getTask, (request, context) => service.getTask(request, context), chain);
    case listTasks.name:
      return endpoint(route, listTasks, (request, context) => service.listTasks(request, context), chain);
    case cancelTask.name:
      return endpoint(route, cancelTask, (request, context) => service.cancelTask(request, context), chain);
    case retryTask.name:
      return endpoint(route, retryTask, (request, context) => service.retryTask(request, context), chain);
    case deleteTask.name:
      return endpoint(route, deleteTask, (request, context) => service.deleteTask(request, context), chain);
    case getCapabilities.name:
      return endpoint(route, getCapabilities, (request, context) => service.getCapabilities(request, context), chain);
    case probeMedia.name:
      return endpoint(route, probeMedia, (request, context) => service.probeMedia(request, context), chain);
    default:
      throw new Error(`${route.rpc.name} has an HTTP route and no endpoint`);
  }
}

interface GeneratedMethod<Request, Response extends object> {
  readonly requestType: MessageFns<Request>;
  readonly responseType: MessageFns<Response>;
}

function endpoint<Request, Response extends object>(
  { rpc, hasBody }: Route,
  generated: GeneratedMethod<Request, Response>,
  method: (request: Request, context: CallContext) => Promise<Response>,
  chain: Chain,
): Endpoint {
  const requestType = jsonType(generated.requestType, rpc.input.typeName);
  const responseType = jsonType(generated.responseType, rpc.output.typeName);
  const print = printerOf(responseType);
  const path = `/${rpc.parent.typeName}/${rpc.name}`;

  // In a body unknown fields are ignored, as over gRPC and by grpc-gateway. Of a query there are only known ones here.
  const readRequest = (json: JsonObject) =>
    hasBody ? readCallersJson(requestType, json) : readJson(requestType, json, { unknownFields: 'refuse' });
  const remembered = new LRUCache<string, ParsedRequest<Request>>({ max: MAX_REMEMBERED });

  return async ({ read, key }, context, printing) => {
    const known = key === null ? undefined : remembered.get(key);
    const parsed = known ?? parseRequest(() => readRequest(read()), generated.requestType, hasBody ? 'body' : 'query');
    if (key !== null && !known) remembered.set(key, parsed);
    const { request, fault } = parsed;
    const answer = await chain.unary({ path, request, context }, async (inner) => {
      // Thrown here and not before, so that a malformed request is logged and answered like any other.
      if (fault) throw fault;
      const response = await method(request, inner);
      context.throwIfLate();
      return response;
    });
    return print(answer, printing);
  };
}

/** Prints a message as JSON text, once for all who get the same object. */
export function printerOf<T extends object>(type: JsonType<T>): (message: T, printing: Printing) => string {
  const names = oncePerObject((message: T) => JSON.stringify(writeFullJson(type, message)));
  return (message, { enums }) =>
    enums === 'names' ? names(message) : JSON.stringify(writeFullJson(type, message, { enums }));
}

/** A request, and what is wrong with it. */
export interface ParsedRequest<Request> {
  readonly request: Request;
  readonly fault: CallError | null;
}

/** Reads a request; what is wrong with it is thrown later, within the chain, so that it is logged and answered like any other error. */
export function parseRequest<Request>(
  read: () => Request,
  type: MessageFns<Request>,
  field: string,
): ParsedRequest<Request> {
  try {
    return { request: read(), fault: null };
  } catch (error) {
    // Readers of JSON quote what they do not like, which may be as long as the request.
    const description = error instanceof Error ? error.message.slice(0, MAX_DESCRIPTION_CHARACTERS) : 'is malformed';
    const violations = [{ field, description }];
    return {
      request: type.create(),
      fault: new CallError({ reason: 'INVALID_REQUEST', violations }, { cause: error }),
    };
  }
}
