import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from 'nice-grpc';
import type { HttpRequest } from '../http-types.js';
import { InProcessContext } from '../in-process-context.js';

/**
 * Runs what a route does through the chain that every call goes through, under the name of a method, so that these routes are logged, counted
 * and refused like any other.
 * @throws RpcError
 */
export type ChainCall = <T>(request: HttpRequest, path: string, work: (context: CallContext) => Promise<T>) => Promise<T>;

export function createChainCall(chain: ServerMiddleware): ChainCall {
  return async <T>(request: HttpRequest, path: string, work: (context: CallContext) => Promise<T>): Promise<T> => {
    const call: ServerMiddlewareCall<object, T> = {
      method: { path, requestStream: false, responseStream: false, options: {} },
      requestStream: false,
      request: {},
      responseStream: false,
      next: async function* (_, context) {
        return await work(context);
      },
    };
    const { value } = await chain(call, new InProcessContext(request)).next();
    return value as T;
  };
}
