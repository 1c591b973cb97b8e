import { HealthImplementation } from 'grpc-health-check';
import { createServiceCollector, type GrpcJsService } from './grpc-js-service.js';

/** `grpc.health.v1.Health` for the server as a whole (the empty name) and for each of its services. */
export interface Health {
  readonly services: readonly GrpcJsService[];
  /** What is reported from now on, SERVING at first; watchers hear it at once. */
  report(isServing: boolean): void;
}

export function createHealth(serviceNames: readonly string[]): Health {
  const names = ['', ...serviceNames];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'SERVING'])));
  const collector = createServiceCollector();
  health.addToServer(collector);
  return {
    services: collector.services,
    report(isServing) {
      for (const name of names) health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    },
  };
}
