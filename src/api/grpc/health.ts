import { HealthImplementation } from 'grpc-health-check';
import { createServiceCollector, type GrpcJsService } from './grpc-js-service.js';

/** `grpc.health.v1.Health` for the server as a whole (the empty name) and for each of its services. */
export interface Health {
  readonly services: readonly GrpcJsService[];
  /** Reports NOT_SERVING from now on; watchers hear it at once. */
  leave(): void;
}

export function createHealth(serviceNames: readonly string[]): Health {
  const names = ['', ...serviceNames];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'SERVING'])));
  const collector = createServiceCollector();
  health.addToServer(collector);
  return {
    services: collector.services,
    leave() {
      for (const name of names) health.setStatus(name, 'NOT_SERVING');
    },
  };
}
