import type { ServiceDefinition } from '@grpc/grpc-js';
import type { CallContext } from 'nice-grpc';
import type { MessageFns } from '../../../generated/cutroom/v1/task_service.js';
import type { Chain } from '../chain/chain.js';
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
function definitionOf({ path, kind, requestType, responseType }: Rpc): ServiceDefinition[string] {
  return {
    path,
    requestStream: false,
    responseStream: kind === 'stream',
    requestSerialize: (message: object) => Buffer.from(requestType.encode(message).finish()),
    requestDeserialize: (bytes) => requestType.decode(bytes),
    responseSerialize: responseSerializer(responseType),
    responseDeserialize: (bytes) => responseType.decode(bytes),
  };
}

/** Encodes each message object once. */
export function responseSerializer<T extends object>(type: Pick<MessageFns<T>, 'encode'>): (message: T) => Buffer {
  return oncePerObject((message: T) => asBuffer(type.encode(message).finish()));
}

/** The same bytes, not a copy. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function implementationOf(rpc: Rpc, chain: Chain): unknown {
  const { path } = rpc;
  switch (rpc.kind) {
    case 'unary':
      return (request: object, origin: CallContext) =>
        chain.unary({ path, request, origin }, (context) => rpc.call(request, context));
    case 'stream':
      return (request: object, origin: CallContext) =>
        chain.stream({ path, request, origin }, (context) => rpc.call(request, context));
  }
}
