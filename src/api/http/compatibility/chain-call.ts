import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from 'nice-grpc';
import type { HttpRequest } from '../http-types.js';
import { InProcessContext } from '../in-process-context.js';

/**
 * Runs what a route does through the chain that every call goes through, under the name of a method, so that these routes are logged, counted
 * and refused like any other.
 * @throws RpcError
 */
export type ChainCall = <T>(request: HttpRequest, rpc: Rpc, work: (context: CallContext) => Promise<T>) => Promise<T>;

/** What a call is logged and counted as. */
export interface Rpc {
  /** Full name of the method: `/package.Service/Method`. */
  readonly path: string;
  /** The task that it is about; empty where there is none yet. */
  readonly name: string;
}

export function createChainCall(chain: ServerMiddleware): ChainCall {
  return async <T>(request: HttpRequest, { path, name }: Rpc, work: (context: CallContext) => Promise<T>): Promise<T> => {
    const call: ServerMiddlewareCall<{ name?: string }, T> = {
      method: { path, requestStream: false, responseStream: false, options: {} },
      requestStream: false,
      request: name === '' ? {} : { name },
      responseStream: false,
      next: async function* (_, context) {
        return await work(context);
      },
    };
    const { value } = await chain(call, new InProcessContext(request, null)).next();
    return value as T;
  };
}
