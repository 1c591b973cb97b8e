import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges whose names are those of counters, against Prometheus' rules. Each is the sum of the gauge without `_total`. */
const SUMS = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let registry: Registry | null = null;

/**
 * Memory, CPU, event loop and garbage collection of this process. One for all services in it: the values are the same for
 * each, and the observers behind it cannot be taken away again.
 */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
    for (const name of SUMS) registry.removeSingleMetric(name);
  }
  return registry;
}
