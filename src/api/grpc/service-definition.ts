import type { MethodDefinition } from 'nice-grpc';
import { type MessageFns, TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { submitRequestType } from '../../wire/submit-request-type.js';
import { oncePerObject } from '../once-per-object.js';

const { submitTask, getTask, watchTask, listTasks, cancelTask, retryTask, deleteTask, getCapabilities, probeMedia } =
  TaskServiceDefinition.methods;

/**
 * The service as nice-grpc mounts it. It differs from the generated definition in that answers, which are always whole messages,
 * are encoded as they are instead of being copied field by field first, and each printed task or event once for all who get it.
 */
export const taskServiceDefinition = {
  submitTask: method({ ...submitTask, requestType: submitRequestType }, false),
  getTask: method(getTask, false),
  watchTask: method(watchTask, true),
  listTasks: method(listTasks, false),
  cancelTask: method(cancelTask, false),
  retryTask: method(retryTask, false),
  deleteTask: method(deleteTask, false),
  getCapabilities: method(getCapabilities, false),
  probeMedia: method(probeMedia, false),
};

interface GeneratedMethod<Request, Response extends object> {
  readonly name: string;
  readonly requestType: MessageFns<Request>;
  readonly responseType: MessageFns<Response>;
}

function method<Request, Response extends object, ResponseStream extends boolean>(
  { name, requestType, responseType }: GeneratedMethod<Request, Response>,
  responseStream: ResponseStream,
): MethodDefinition<Request, Request, Response, Response, false, ResponseStream> {
  return {
    path: `/${TaskServiceDefinition.fullName}/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: (message) => requestType.encode(message).finish(),
    requestDeserialize: (bytes) => requestType.decode(bytes),
    responseSerialize: oncePerObject((message: Response) => responseType.encode(message).finish()),
    responseDeserialize: (bytes) => responseType.decode(bytes),
    options: {},
  };
}
