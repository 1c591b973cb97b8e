import type { WorkerInfo } from '../task/ports/worker-store.js';

/** The workers of one process that are alive, for stores that no other process has open. */
export interface WorkerRegistry {
  announce(worker: WorkerInfo, leaseMs: number): void;
  forget(owner: string): void;
  alive(): readonly WorkerInfo[];
}

export function createWorkerRegistry(nowMs: () => number): WorkerRegistry {
  const entries = new Map<string, { readonly worker: WorkerInfo; readonly untilMs: number }>();
  return {
    announce(worker, leaseMs) {
      entries.set(worker.owner, { worker, untilMs: nowMs() + leaseMs });
    },
    forget(owner) {
      entries.delete(owner);
    },
    alive() {
      const now = nowMs();
      return [...entries.values()].filter(({ untilMs }) => untilMs > now).map(({ worker }) => worker);
    },
  };
}
