import type { Assistant } from '../task/ports/assistant.js';
import type { AttemptKey, StepStore } from '../task/ports/step-store.js';
import type { TaskFeedListener } from '../task/ports/task-feed.js';
import type { Task } from '../task/task.js';
import { delay } from '../task/wait.js';
import { AttemptHelpers } from './attempt-helpers.js';
import { HelpOthers, type HelpOthersDeps } from './help-others.js';

export interface FleetDeps extends Omit<HelpOthersDeps, 'steps' | 'assistant' | 'onIdle'> {
  readonly sweepIntervalMs: number;
  /** There may be something to seek. */
  readonly wake: () => void;
}

/** The workers of a store, as one of them sees them: they do steps for it, and it for them. */
export interface Fleet extends TaskFeedListener {
  /** Lets others do steps of an attempt of this worker. */
  helpersOf(task: Task): AttemptHelpers;
  /** Does a step of another worker's attempt, if one is open. Returns before it is done. @throws CallError STORE_UNAVAILABLE. */
  seek(): Promise<void>;
  /** Gives back what it does for others. Its own attempts may go on, also with the help of others. */
  stopHelping(): Promise<void>;
  close(): void;
}

/** Begins to follow the steps of the store. */
export function joinFleet(steps: StepStore, assistant: Assistant, deps: FleetDeps): Fleet {
  const { events, owner, leaseMs, wake } = deps;
  const attempts = new Map<string, AttemptHelpers>();
  const others = new HelpOthers({ ...deps, steps, assistant, onIdle: wake });
  const closed = new AbortController();
  const isClosed = (): boolean => closed.signal.aborted;
  void follow();

  async function follow(): Promise<void> {
    while (!isClosed()) {
      try {
        const end = await steps.follow({
          worker: owner,
          onOffered: () => {
            others.offered();
            wake();
          },
          onNews: (news) => attempts.get(nameOf(news))?.learn(news),
          onGap: lookAgain,
        });
        closed.signal.addEventListener('abort', end);
        if (isClosed()) end();
        lookAgain();
        return;
      } catch (error) {
        if (isClosed()) return;
        events.backgroundError('cannot follow the steps of attempts', error);
        await delay(deps.sweepIntervalMs, closed.signal);
      }
    }
  }

  function lookAgain(): void {
    others.offered();
    wake();
    for (const attempt of attempts.values()) void attempt.lookAgain();
  }

  return {
    helpersOf(task) {
      const attempt: AttemptKey = { task: { tenant: task.tenant, id: task.id }, fence: task.fence };
      const helpers = new AttemptHelpers({
        ...{ steps, attempt, owner, leaseMs },
        onDone: (step) => {
          events.stepDone(task, { ...step, by: owner });
        },
        onClosed: () => {
          attempts.delete(nameOf(attempt));
        },
        onError: (message, cause) => {
          events.backgroundError(message, cause, task);
        },
      });
      attempts.set(nameOf(attempt), helpers);
      return helpers;
    },
    seek: () => others.seek(),
    onHint: (hint) => {
      others.onHint(hint);
    },
    onGap: () => {
      others.onGap();
    },
    stopHelping: () => others.stop(),
    close: () => {
      closed.abort();
    },
  };
}

function nameOf({ task, fence }: AttemptKey): string {
  return JSON.stringify([task.tenant, task.id, fence]);
}
