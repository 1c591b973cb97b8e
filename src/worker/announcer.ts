import type { TaskEvents } from '../task/ports/task-events.js';
import type { TaskStore, WorkerInfo } from '../task/ports/task-store.js';
import { delay } from '../task/wait.js';

export interface AnnouncerDeps extends WorkerInfo {
  readonly store: TaskStore;
  readonly events: TaskEvents;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
}

/** Tells the store that this worker is alive, until the signal aborts; then that it leaves. A store that fails meanwhile is no reason to stop. */
export async function runAnnouncer(deps: AnnouncerDeps, signal: AbortSignal): Promise<void> {
  const { store, events, owner, slots, build, heartbeatMs, leaseMs } = deps;
  const backgroundError = (error: unknown) => {
    events.backgroundError('announcing this worker', error);
  };
  while (!signal.aborted) {
    await store.announceWorker({ owner, slots, build }, { leaseMs }).catch(backgroundError);
    await delay(heartbeatMs, signal);
  }
  await store.forgetWorker(owner).catch(backgroundError);
}
