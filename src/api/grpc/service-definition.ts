import type { ServiceDefinition } from '@grpc/grpc-js';
import type { DescMessage } from '@bufbuild/protobuf';
import { type MessageFns, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { registry } from '../../wire/proto-json.js';
import { hasTooManyValues, TOO_MANY_VALUES } from '../../wire/request-size.js';
import { asBuffer } from '../../shared/as-buffer.js';
import { oncePerObject } from '../once-per-object.js';
import { readRequest, RequestError } from './readable-request.js';
import type { Rpc, TaskService } from '../service/task-service.js';

/** A service in the form that nice-grpc mounts. */
export interface MountedService {
  readonly definition: ServiceDefinition;
  readonly implementation: Record<string, unknown>;
}

/** The service as grpc-js has to know it to read its requests; `service-calls.ts` answers them. */
export function mountTaskService(service: TaskService): MountedService {
  return {
    definition: Object.fromEntries(service.map((rpc) => [rpc.key, definitionOf(rpc)])),
    implementation: Object.fromEntries(service.map((rpc) => [rpc.key, neverCalled(rpc)])),
  };
}

/**
 * Differs from the generated definition in that a response, which is always a whole message, is encoded as it is instead of being copied field by
 * field first, and each printed task or event once for all callers who get it.
 */
function definitionOf(rpc: Rpc): ServiceDefinition[string] {
  const { path, name, kind, requestType, responseType } = rpc;
  const input = inputOf(name);
  return {
    path,
    requestStream: false,
    responseStream: kind === 'stream',
    requestSerialize: (message: object) => Buffer.from(requestType.encode(message).finish()),
    requestDeserialize: (bytes: Uint8Array) =>
      readRequest(() => {
        if (hasTooManyValues(input, bytes)) throw new RequestError(TOO_MANY_VALUES);
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

function neverCalled({ path }: Rpc): () => never {
  return () => {
    throw new Error(`${path} is answered before nice-grpc sees it`);
  };
}
