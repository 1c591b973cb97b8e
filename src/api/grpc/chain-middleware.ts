import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from 'nice-grpc';
import type { Chain } from '../chain/chain.js';

/** The chain as nice-grpc takes it. */
export function chainMiddleware(chain: Chain): ServerMiddleware {
  return async function* <Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext) {
    const {
      method: { path },
      request,
    } = call;
    if (call.responseStream) {
      yield* chain.stream({ path, request, context }, (inner) => call.next(call.request, inner));
      return undefined;
    }
    // Such a call yields nothing and returns its answer.
    return chain.unary(
      { path, request, context },
      async (inner) => (await call.next(call.request, inner).next()).value,
    );
  };
}
