import type { JsonObject } from '@bufbuild/protobuf';
import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from 'nice-grpc';
import { type TaskEvent, WatchTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { jsonType, readJson } from '../../wire/proto-json.js';
import type { TaskService } from '../grpc/task-service.js';
import { parseRequest } from './endpoint.js';
import type { Route } from './route-table.js';

/** WatchTask, called in process through the same chain as over gRPC. The stream throws RpcError. */
export type WatchEndpoint = (read: () => JsonObject, context: CallContext) => AsyncGenerator<TaskEvent, void, undefined>;

const requestType = jsonType(WatchTaskRequest, 'cutroom.v1.WatchTaskRequest');

/** The endpoint behind the one route that streams. */
export function watchEndpointOf({ rpc }: Route, service: TaskService, chain: ServerMiddleware): WatchEndpoint {
  const descriptor = { path: `/${rpc.parent.typeName}/${rpc.name}`, requestStream: false, responseStream: true, options: {} };
  return async function* (read, context) {
    const { request, fault } = parseRequest(() => readJson(requestType, read(), { unknownFields: 'refuse' }), WatchTaskRequest, 'query');
    const call: ServerMiddlewareCall<WatchTaskRequest, TaskEvent> = {
      method: descriptor,
      requestStream: false,
      request,
      responseStream: true,
      next: async function* (_, innerContext) {
        if (fault) throw fault;
        yield* service.watchTask(request, innerContext);
      },
    };
    for await (const event of chain(call, context)) yield event;
  };
}
