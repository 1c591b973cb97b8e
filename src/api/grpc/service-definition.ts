import type { ServiceDefinition } from '@grpc/grpc-js';
import type { CallContext } from 'nice-grpc';
import type { DescMessage } from '@bufbuild/protobuf';
import { type MessageFns, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { CallError } from '../../task/call-error.js';
import { registry } from '../../wire/proto-json.js';
import { hasTooManyValues, TOO_MANY_VALUES } from '../../wire/request-size.js';
import type { Chain } from '../chain/chain.js';
import { asBuffer } from '../../shared/as-buffer.js';
import { oncePerObject } from '../once-per-object.js';
import type { Rpc, TaskService } from '../service/task-service.js';

/** A service in the form that nice-grpc mounts. */
export interface MountedService {
  readonly definition: ServiceDefinition;
  readonly implementation: Record<string, unknown>;
}

/** The service, each of its calls through the chain. */
export function mountTaskService(service: TaskService, chain: Chain): MountedService {
  return {
    definition: Object.fromEntries(service.map((rpc) => [rpc.key, definitionOf(rpc)])),
    implementation: Object.fromEntries(service.map((rpc) => [rpc.key, implementationOf(rpc, chain)])),
  };
}

/**
 * Differs from the generated definition in that a response, which is always a whole message, is encoded as it is instead of being copied field by
 * field first, and each printed task or event once for all callers who get it.
 */
function definitionOf(rpc: Rpc): ServiceDefinition[string] {
  const { path, kind, requestType, responseType } = rpc;
  return {
    path,
    requestStream: false,
    responseStream: kind === 'stream',
    requestSerialize: (message: object) => Buffer.from(requestType.encode(message).finish()),
    requestDeserialize: (bytes) => readRequest(bytes, rpc),
    responseSerialize: responseSerializer(responseType),
    responseDeserialize: (bytes) => responseType.decode(bytes),
  };
}

/** Encodes each message object once. */
export function responseSerializer<T extends object>(type: Pick<MessageFns<T>, 'encode'>): (message: T) => Buffer {
  return oncePerObject((message: T) => asBuffer(type.encode(message).finish()));
}

/** A request whose bytes are none. It goes through the chain like any other, so that its refusal is logged and answered as every call's. */
class UnreadableRequest {
  constructor(readonly fault: CallError) {}
}

function readRequest(bytes: Uint8Array, { requestType, name }: Rpc): object {
  try {
    if (hasTooManyValues(inputOf(name), bytes)) throw new RangeError(TOO_MANY_VALUES);
    return requestType.decode(bytes);
  } catch (error) {
    const description =
      error instanceof RangeError && error.message === TOO_MANY_VALUES ? TOO_MANY_VALUES : 'is no message of its type';
    const detail = { reason: 'INVALID_REQUEST', violations: [{ field: 'request', description }] } as const;
    return new UnreadableRequest(new CallError(detail, { cause: error }));
  }
}

function inputOf(method: string): DescMessage {
  const rpc = registry.getService(TaskServiceDefinition.fullName)?.methods.find(({ name }) => name === method);
  if (!rpc) throw new Error(`generated/descriptors.binpb has no method ${method}`);
  return rpc.input;
}

/** @throws CallError INVALID_REQUEST. */
export function readable(request: object): object {
  if (request instanceof UnreadableRequest) throw request.fault;
  return request;
}

function implementationOf(rpc: Rpc, chain: Chain): unknown {
  const { path, scope: access } = rpc;
  switch (rpc.kind) {
    case 'unary':
      return (request: object, origin: CallContext) =>
        chain.unary({ path, access, request, origin }, (context) => rpc.call(readable(request), context));
    case 'stream':
      // See `stream-calls.ts`.
      return () => {
        throw new Error(`${path} is answered before nice-grpc sees it`);
      };
  }
}
