import type { JsonObject } from '@bufbuild/protobuf';
import { LRUCache } from 'lru-cache';
import type { MessageFns } from '../../../../generated/cutroom/v1/task_service.js';
import type { Violation } from '../../../composition/violation.js';
import { CallError } from '../../../task/call-error.js';
import { JsonProblemsError, type UnknownFields } from '../../../wire/json-problems.js';
import { jsonType, type JsonType, readCallersJson, writeFullJson } from '../../../wire/proto-json.js';
import type { Chain } from '../../chain/chain.js';
import { oncePerObject } from '../../once-per-object.js';
import type { UnaryRpc } from '../../service/task-service.js';
import type { HttpCall } from './http-call.js';
import type { Route } from './route-table.js';

const MAX_DESCRIPTION_CHARACTERS = 300;
/** As many as may be polled at a time, of each route. */
const MAX_REMEMBERED = 1_000;

/**
 * One unary RPC, called in process: JSON in, JSON text out, through the same chain as a call that came over gRPC.
 * @throws RpcError
 */
export type Endpoint = (source: RequestSource, origin: HttpCall, printing: Printing) => Promise<string>;

/** Where a request's JSON comes from. */
export interface RequestSource {
  /** An error that it throws counts as the request's fault. */
  readonly read: () => JsonObject;
  /** The same key, the same JSON: a caller that polls sends the same URL again and again. Null: not to be remembered. */
  readonly key: string | null;
  readonly unknownFields: UnknownFields;
}

/** How enums are printed; by name unless a caller asks otherwise. */
export interface Printing {
  readonly enums: 'names' | 'numbers';
}

/** The endpoint behind a route of a unary RPC. */
export function endpointOf(
  { rpc, hasBody }: Route,
  { path, scope: access, requestType: type, responseType, call }: UnaryRpc,
  chain: Chain,
): Endpoint {
  const requestType = jsonType(type, rpc.input.typeName);
  const print = printerOf(jsonType(responseType, rpc.output.typeName));

  const remembered = new LRUCache<string, ParsedRequest>({ max: MAX_REMEMBERED });

  return async ({ read, key, unknownFields }, origin, printing) => {
    const known = key === null ? undefined : remembered.get(key);
    const parsed =
      known ??
      parseRequest(() => readCallersJson(requestType, read(), { unknownFields }), type, hasBody ? 'body' : 'query');
    if (key !== null && !known) remembered.set(key, parsed);
    const { request, fault } = parsed;
    const answer = await chain.unary({ path, access, request, origin }, async (context) => {
      // Thrown here and not before, so that a malformed request is logged and answered like any other.
      if (fault) throw fault;
      const response = await call(request, context);
      origin.throwIfLate();
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

/** A request, and the error in it. */
export interface ParsedRequest {
  readonly request: object;
  readonly fault: CallError | null;
}

/** Reads a request; an error in it is thrown later, within the chain, so that it is logged and answered like any other. */
export function parseRequest(read: () => object, type: MessageFns<object>, field: string): ParsedRequest {
  try {
    return { request: read(), fault: null };
  } catch (error) {
    return {
      request: type.create(),
      fault: new CallError({ reason: 'INVALID_REQUEST', violations: violationsIn(error, field) }, { cause: error }),
    };
  }
}

function violationsIn(error: unknown, field: string): readonly Violation[] {
  if (error instanceof JsonProblemsError) return error.violations;
  // Readers of JSON quote the part that they refuse, which may be as long as the request.
  const description = error instanceof Error ? error.message.slice(0, MAX_DESCRIPTION_CHARACTERS) : 'is malformed';
  return [{ field, description }];
}
