import type { JsonObject } from '@bufbuild/protobuf';
import type { UnknownFields } from '../../../wire/json-problems.js';
import type { Chain } from '../../chain/chain.js';
import type { TaskService } from '../../service/task-service.js';
import type { HttpRequest, HttpResponse } from '../http-types.js';
import type { Printing } from './endpoint.js';

/** The dependencies of the gateway. */
export interface GatewayOptions {
  readonly service: TaskService;
  readonly chain: Chain;
  /** Called with the request of each call that was ended because its reader had stopped. */
  readonly markSlowReader: (request: object) => void;
}

/** One request to one route. */
export interface RoutedRequest {
  readonly request: HttpRequest;
  /** The request's message in JSON. @throws Error, fit for a caller. */
  readonly read: () => JsonObject;
  readonly printing: Printing;
  readonly unknownFields: UnknownFields;
  /** Null: no deadline. */
  readonly timeoutMs: number | null;
}

/** Answers the requests to one route. Never rejects. */
export type Handler = (routed: RoutedRequest) => Promise<HttpResponse>;
