import { composeServerMiddleware, type ServerMiddleware, Status } from 'nice-grpc';
import type { Logger } from '../observability/logger.js';
import type { CallMetrics } from '../observability/metrics-calls.js';
import { draining } from './grpc/middleware/draining.js';
import { errorMapping } from './grpc/middleware/error-mapping.js';
import { logging } from './grpc/middleware/logging.js';
import { callCounting } from './grpc/middleware/metrics.js';

export interface ChainOptions {
  readonly logger: Logger;
  readonly calls: CallMetrics;
  readonly drain: AbortSignal;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** Whether the call of this request was ended for a reader that had stopped. */
  readonly wasCut: (request: unknown) => boolean;
}

/** What every call goes through, whichever door it came in by; outermost first. */
export function createChain({ logger, calls, drain, monotonicMs, wasCut }: ChainOptions): ServerMiddleware {
  const cutStatus = (request: unknown) => (wasCut(request) ? Status.RESOURCE_EXHAUSTED : null);
  return [callCounting({ calls, monotonicMs, cutStatus }), logging({ logger, monotonicMs, cutStatus }), errorMapping, draining(drain)].reduce(
    composeServerMiddleware,
  );
}
