import { composeServerMiddleware, type ServerMiddleware, Status } from 'nice-grpc';
import type { Logger } from '../observability/logger.js';
import { draining } from './grpc/middleware/draining.js';
import { errorMapping } from './grpc/middleware/error-mapping.js';
import { logging } from './grpc/middleware/logging.js';

export interface ChainOptions {
  readonly logger: Logger;
  readonly drain: AbortSignal;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** Whether the call of this request was ended for a reader that had stopped. */
  readonly wasCut: (request: unknown) => boolean;
}

/** What every call goes through, whichever door it came in by; outermost first. */
export function createChain({ logger, drain, monotonicMs, wasCut }: ChainOptions): ServerMiddleware {
  const cutStatus = (request: unknown) => (wasCut(request) ? Status.RESOURCE_EXHAUSTED : null);
  const outer = composeServerMiddleware(logging({ logger, monotonicMs, cutStatus }), errorMapping);
  return composeServerMiddleware(outer, draining(drain));
}
