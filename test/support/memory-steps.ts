import type { StepClaim, StepListener, StepNews, StepStore, OfferedStep } from '../../src/task/ports/step-store.js';
import type { TaskKey } from '../../src/task/task.js';

interface Entry {
  readonly offered: OfferedStep;
  state: 'OPEN' | 'TAKEN' | 'DONE';
  worker: string | null;
  claimId: string | null;
  frames: number;
  leaseExpiresMs: number;
}

/** The model of a StepStore. @param answer makes a call of the store. */
export function createMemorySteps(nowMs: () => number, answer: <T>(call: () => T) => Promise<T>): StepStore {
  const entries = new Map<string, Entry>();
  const listeners = new Map<StepListener, string>();

  function tell(entry: Entry, state: StepNews['state'] = entry.state): void {
    const { by, ...names } = entry.offered;
    const { task, fence, step } = names;
    const news = { task, fence, step, state, worker: entry.worker, frames: entry.frames };
    for (const [listener, worker] of listeners) if (worker === by) listener.onNews(news);
  }

  function remove(entry: Entry): void {
    entries.delete(nameOf(entry.offered));
    tell(entry, 'GONE');
  }

  function held(claim: StepClaim): Entry | null {
    const entry = entries.get(nameOf(claim));
    return entry?.state === 'TAKEN' && entry.claimId === claim.claimId ? entry : null;
  }

  return {
    offer: (steps) =>
      answer(() => {
        for (const offered of steps.filter((step) => !entries.has(nameOf(step)))) {
          const entry: Entry = { offered, state: 'OPEN', worker: null, claimId: null, frames: 0, leaseExpiresMs: 0 };
          entries.set(nameOf(offered), entry);
          tell(entry);
          for (const [listener, worker] of listeners) if (worker !== offered.by) listener.onOffered();
        }
      }),
    open: (limit, { notBy, attempt, except = [] }) =>
      answer(() =>
        [...entries.values()]
          .filter(({ state, offered }) => state === 'OPEN' && offered.by !== notBy)
          .map(({ offered }) => offered)
          .filter(({ task, fence }) => !attempt || (isSame(task, attempt.task) && fence === attempt.fence))
          .filter(({ task }) => !except.some((other) => isSame(task, other)))
          .slice(0, limit),
      ),
    claim: (claim, { leaseMs }) =>
      answer(() => {
        const entry = entries.get(nameOf(claim));
        if (entry?.state !== 'OPEN') return false;
        const { worker, claimId } = claim;
        Object.assign(entry, { state: 'TAKEN', worker, claimId, leaseExpiresMs: nowMs() + leaseMs });
        tell(entry);
        return true;
      }),
    renew: (claim, { frames, leaseMs }) =>
      answer(() => {
        const entry = held(claim);
        if (entry === null) return false;
        Object.assign(entry, { frames, leaseExpiresMs: nowMs() + leaseMs });
        tell(entry);
        return true;
      }),
    finish: (claim) =>
      answer(() => {
        const entry = held(claim);
        if (entry === null) return false;
        entry.state = 'DONE';
        tell(entry);
        return true;
      }),
    giveBack: (claim) =>
      answer(() => {
        const entry = held(claim);
        if (entry !== null) remove(entry);
      }),
    takeBack: (step, { from }) =>
      answer(() => {
        const entry = entries.get(nameOf(step));
        if (entry === undefined) return true;
        const isTaken = entry.state === 'TAKEN';
        const mayBeTaken = from === 'ANY' || (from === 'LAPSED' && entry.leaseExpiresMs <= nowMs());
        if (entry.state === 'DONE' || (isTaken && !mayBeTaken)) return false;
        remove(entry);
        return true;
      }),
    ofAttempt: ({ task, fence }) =>
      answer(() =>
        [...entries.values()]
          .filter(({ offered }) => isSame(offered.task, task) && offered.fence === fence)
          .map(({ offered, state, worker, frames }) => ({ task, fence, step: offered.step, state, worker, frames })),
      ),
    removeUpTo: ({ task, fence }) =>
      answer(() => {
        for (const entry of [...entries.values()])
          if (isSame(entry.offered.task, task) && entry.offered.fence <= fence) remove(entry);
      }),
    follow: ({ worker, ...listener }) =>
      answer(() => {
        listeners.set(listener, worker);
        return () => {
          listeners.delete(listener);
        };
      }),
  };
}

type Name = Pick<OfferedStep, 'by' | 'task' | 'fence' | 'step'>;

function nameOf({ by, task, fence, step }: Name): string {
  return JSON.stringify([by, task.tenant, task.id, fence, step]);
}

function isSame(a: TaskKey, b: TaskKey): boolean {
  return a.tenant === b.tenant && a.id === b.id;
}
