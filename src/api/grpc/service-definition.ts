import type { ServiceDefinition } from '@grpc/grpc-js';
import type { CallContext } from 'nice-grpc';
import type { DescMessage } from '@bufbuild/protobuf';
import { type MessageFns, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { registry } from '../../wire/proto-json.js';
import { hasTooManyValues, TOO_MANY_VALUES } from '../../wire/request-size.js';
import type { Chain } from '../chain/chain.js';
import { asBuffer } from '../../shared/as-buffer.js';
import { oncePerObject } from '../once-per-object.js';
import { readable, readRequest, RequestError } from './readable-request.js';
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
  const { path, name, kind, requestType, responseType } = rpc;
  return {
    path,
    requestStream: false,
    responseStream: kind === 'stream',
    requestSerialize: (message: object) => Buffer.from(requestType.encode(message).finish()),
    requestDeserialize: (bytes: Uint8Array) =>
      readRequest(() => {
        if (hasTooManyValues(inputOf(name), bytes)) throw new RequestError(TOO_MANY_VALUES);
        return requestType.decode(bytes);
      }),
    responseSerialize: responseSerializer(responseType),
    responseDeserialize: (bytes) => responseType.decode(bytes),
  };
}

/** Encodes each message object once. */
export function responseSerializer<T extends object>(type: Pick<MessageFns<T>, 'encode'>): (message: T) => Buffer {
  return oncePerObject((message: T) => asBuffer(type.encode(message).finish()));
}

function inputOf(method: string): DescMessage {
  const rpc = registry.getService(TaskServiceDefinition.fullName)?.methods.find(({ name }) => name === method);
  if (!rpc) throw new Error(`generated/descriptors.binpb has no method ${method}`);
  return rpc.input;
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
