import type { TaskEvents } from '../task/ports/task-events.js';
import type { WorkerInfo, WorkerStore } from '../task/ports/worker-store.js';
import { delay } from '../task/wait.js';

export interface AnnouncerDeps extends WorkerInfo {
  readonly store: WorkerStore;
  readonly events: TaskEvents;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
}

/** Announces this worker to the store until the signal aborts, then takes it back. A failing store does not stop it. */
export async function runAnnouncer(deps: AnnouncerDeps, signal: AbortSignal): Promise<void> {
  const { store, events, owner, slots, build, inspects, heartbeatMs, leaseMs } = deps;
  const worker = { owner, slots, build, ...(inspects && { inspects }) };
  const backgroundError = (error: unknown) => {
    events.backgroundError('cannot announce this worker', error);
  };
  while (!signal.aborted) {
    await store.announceWorker(worker, { leaseMs }).catch(backgroundError);
    await delay(heartbeatMs, signal);
  }
  await store.forgetWorker(owner).catch(backgroundError);
}
