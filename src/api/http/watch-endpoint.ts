import type { JsonObject } from '@bufbuild/protobuf';
import type { CallContext } from 'nice-grpc';
import { type TaskEvent, WatchTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { jsonType, readJson } from '../../wire/proto-json.js';
import type { Chain } from '../chain/chain.js';
import type { TaskService } from '../service/task-service.js';
import { parseRequest } from './endpoint.js';
import type { Route } from './route-table.js';

/** A call of WatchTask. */
export interface WatchCall {
  /** As the chain sees it. */
  readonly request: object;
  /** What it throws is an RpcError, unless the caller has gone. */
  readonly events: AsyncGenerator<TaskEvent, void, undefined>;
}

/** WatchTask, called in process through the same chain as over gRPC. */
export type WatchEndpoint = (read: () => JsonObject, context: CallContext) => WatchCall;

const requestType = jsonType(WatchTaskRequest, 'cutroom.v1.WatchTaskRequest');

/** The endpoint behind the one route that streams. */
export function watchEndpointOf({ rpc }: Route, service: TaskService, chain: Chain): WatchEndpoint {
  const path = `/${rpc.parent.typeName}/${rpc.name}`;
  return (read, context) => {
    const { request, fault } = parseRequest(
      () => readJson(requestType, read(), { unknownFields: 'refuse' }),
      WatchTaskRequest,
      'query',
    );
    const watch = async function* (inner: CallContext) {
      if (fault) throw fault;
      yield* service.watchTask(request, inner);
    };
    return { request, events: chain.stream({ path, request, context }, watch) };
  };
}
