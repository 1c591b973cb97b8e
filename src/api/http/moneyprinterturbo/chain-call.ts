import type { CallContext } from 'nice-grpc';
import type { Chain } from '../../chain/chain.js';
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

export function createChainCall(chain: Chain): ChainCall {
  return (request, { path, name }, work) =>
    chain.unary({ path, request: name === '' ? {} : { name }, context: new InProcessContext(request, null) }, work);
}
