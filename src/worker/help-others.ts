import { linkSignals, type LinkedSignal } from '../task/abort.js';
import { CallError } from '../task/call-error.js';
import type { Clock } from '../task/ports/clock.js';
import { type Assistant, type AssistStep, StepDeclinedError } from '../task/ports/assistant.js';
import type { RenderJob } from '../task/ports/renderer.js';
import type { AttemptKey, StepClaim, StepStore } from '../task/ports/step-store.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { TaskHint } from '../task/ports/task-feed.js';
import type { TaskStore } from '../task/ports/task-store.js';
import { isTerminal, type Task, type TaskKey } from '../task/task.js';
import { wakeable } from '../task/wait.js';
import { KeptClaim } from './kept-claim.js';

export interface HelpOthersDeps {
  readonly store: Pick<TaskStore, 'get' | 'getSpec'>;
  readonly steps: StepStore;
  readonly assistant: Assistant;
  readonly clock: Pick<Clock, 'monotonicMs' | 'newAttemptId' | 'random'>;
  readonly events: TaskEvents;
  /** This worker. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly progressIntervalMs: number;
  readonly jobOf: (task: Task, specJson: string) => RenderJob;
  /** Whether this worker has no work of its own that comes first. */
  readonly isFree: () => boolean;
  /** It may seek again. */
  readonly onIdle: () => void;
}

/** From how many open steps one is chosen: workers that all go for the first are in each other's way. */
const CANDIDATES = 16;
/** What was prepared for a task is kept so long after its last step: its owner may offer more. */
const LINGER_MS = 3_000;
/** Tasks that this worker cannot help with. Forgotten beyond so many, which costs another try. */
const MOST_DECLINED = 200;

/** The attempt of another worker that this one helps with. */
interface Session {
  readonly task: Task;
  readonly stop: LinkedSignal;
  readonly done: Promise<void>;
}

/** Why the work for an attempt ends. */
interface Ending {
  readonly signal: AbortSignal;
  readonly failures: unknown[];
}

/** Does steps of other workers' attempts while this one has a free slot: of one attempt at a time, so that its inputs are fetched once for all its steps. */
export class HelpOthers {
  readonly #deps: HelpOthersDeps;
  readonly #stopping = new AbortController();
  readonly #declined = new Map<string, TaskKey>();
  readonly #news = wakeable();
  #mayBeOpen = true;
  #session: Session | null = null;

  constructor(deps: HelpOthersDeps) {
    this.#deps = deps;
  }

  /** Takes up a step of another, if one is open. Returns before it is done. Asks the store only when there may be one. @throws CallError STORE_UNAVAILABLE. */
  async seek(): Promise<void> {
    if (this.#session || !this.#mayBeOpen || this.#stopping.signal.aborted) return;
    const { store, steps } = this.#deps;
    const claim = await this.#claimOne(null);
    if (!claim) return;
    const task = await store.get(claim.task);
    // Stopped meanwhile, without knowing of it.
    if (isAborted(this.#stopping.signal)) await steps.giveBack(claim);
    else if (task?.state === 'RUNNING' && task.fence === claim.fence) this.#begin(claim, task);
    // Its owner died, and somebody else has the task, or nobody.
    else await steps.removeUpTo(claim);
  }

  /** Steps are offered. */
  offered(): void {
    this.#mayBeOpen = true;
    this.#news.wake();
  }

  /** A task changed. */
  onHint({ key, state, fence }: TaskHint): void {
    if (!this.#session || nameOf(this.#session.task) !== nameOf(key)) return;
    // An attempt that lost its worker goes on with what is done meanwhile: only the end of the task is an end for its helpers.
    if (state !== null && isTerminal(state)) this.#session.stop.abort(new Error('the task is over'));
    else if (state === null && fence === null) void this.#stopIfOver(key);
  }

  /** Hints may have been lost. */
  onGap(): void {
    this.offered();
    if (this.#session) void this.#stopIfOver(this.#session.task);
  }

  /** Stops what is under way, gives it back, and resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#session?.done;
  }

  async #stopIfOver(key: TaskKey): Promise<void> {
    const { store, events } = this.#deps;
    try {
      const task = await store.get(key);
      if (!task || isTerminal(task.state)) this.#session?.stop.abort(new Error('the task is over'));
    } catch (error) {
      events.backgroundError('cannot read a task whose sections are rendered here', error);
    }
  }

  /** One of the open steps, by one compare-and-set. Null: there is none, as far as is known until some are offered. */
  async #claimOne(attempt: AttemptKey | null): Promise<StepClaim | null> {
    const { steps, owner, clock, leaseMs } = this.#deps;
    const wanted = attempt ? { notBy: owner, attempt } : { notBy: owner, except: [...this.#declined.values()] };
    for (;;) {
      // Before the question: what is offered meanwhile is not overlooked.
      this.#mayBeOpen = false;
      const open = await steps.open(CANDIDATES, wanted);
      const step = open[Math.floor(clock.random() * open.length)];
      if (!step) return null;
      this.#mayBeOpen = true;
      const claim = { ...step, worker: owner, claimId: clock.newAttemptId() };
      if (await steps.claim(claim, { leaseMs })) return claim;
    }
  }

  #begin(claim: StepClaim, task: Task): void {
    const { events, onIdle } = this.#deps;
    const stop = linkSignals([this.#stopping.signal]);
    const done = this.#help(claim, task, stop.signal)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        // The store that does not answer is no fault of the task.
        if (!(error instanceof CallError)) this.#decline(task);
        if (error instanceof StepDeclinedError) events.helpDeclined(task, error.message);
        else events.backgroundError('cannot help with a task of another worker', error, task);
      })
      .finally(() => {
        stop.release();
        this.#session = null;
        this.#mayBeOpen = true;
        onIdle();
      });
    this.#session = { task, stop, done };
  }

  #decline({ tenant, id }: TaskKey): void {
    this.#declined.set(nameOf({ tenant, id }), { tenant, id });
    const [oldest] = this.#declined.keys();
    if (this.#declined.size > MOST_DECLINED && oldest !== undefined) this.#declined.delete(oldest);
  }

  /** @throws what keeps this worker from helping with the task. */
  async #help(first: StepClaim, task: Task, signal: AbortSignal): Promise<void> {
    const { store, jobOf, clock, assistant } = this.#deps;
    const preparing = this.#keep(first, signal);
    try {
      const spec = await store.getSpec(task);
      if (spec === null) throw new StepDeclinedError('its spec is gone');
      const job = { ...jobOf(task, spec), attemptId: clock.newAttemptId() };
      await assistant.assist(job, signal, async (assist) => {
        await preparing.stop();
        await this.#workOff(preparing.isLost ? null : first, task, { assist, signal });
      });
    } finally {
      await preparing.stop();
      // Unless it is done, or was given back already.
      await this.#giveBack(first);
    }
  }

  /** Does steps of a task until none comes any more. */
  async #workOff(
    first: StepClaim | null,
    task: Task,
    { assist, signal }: { readonly assist: AssistStep; readonly signal: AbortSignal },
  ): Promise<void> {
    const { assistant, isFree, leaseMs } = this.#deps;
    const running = new Set<Promise<void>>();
    const ending: Ending = { signal, failures: [] };
    const start = (claim: StepClaim): void => {
      const working: Promise<void> = this.#doStep(claim, task, { assist, signal })
        .catch((error: unknown) => {
          ending.failures.push(error);
        })
        .finally(() => {
          running.delete(working);
          this.#news.wake();
        });
      running.add(working);
    };
    if (first) start(first);
    try {
      while (!isOver(ending)) {
        while (!isOver(ending) && this.#mayBeOpen && isFree() && running.size < assistant.atOnce) {
          const claim = await this.#claimOne({ task: { tenant: task.tenant, id: task.id }, fence: task.fence });
          if (claim) start(claim);
        }
        const isIdle = running.size === 0;
        const isWoken = await this.#news.wait({ timeoutMs: isIdle ? LINGER_MS : leaseMs, signal });
        if (isIdle && (!isWoken || !isFree())) break;
      }
    } finally {
      await Promise.all(running);
    }
    if (ending.failures.length > 0) throw ending.failures[0];
  }

  async #doStep(
    claim: StepClaim,
    task: Task,
    { assist, signal }: { readonly assist: AssistStep; readonly signal: AbortSignal },
  ): Promise<void> {
    const { steps, events, clock } = this.#deps;
    const startedMs = clock.monotonicMs();
    const kept = this.#keep(claim, signal);
    const onFrames = (frames: number): void => {
      kept.frames = frames;
    };
    try {
      const frames = await assist(claim, { signal: kept.signal, onFrames });
      await kept.stop();
      const durationMs = Math.round(clock.monotonicMs() - startedMs);
      if (await steps.finish(claim)) events.stepHelped(task, { step: claim.step, frames, durationMs });
    } catch (error) {
      await kept.stop();
      // Taken back: another does it by now. That is no reason not to help with the next one.
      if (kept.isLost) return;
      await this.#giveBack(claim);
      if (!signal.aborted) throw error;
    }
  }

  #keep(claim: StepClaim, signal: AbortSignal): KeptClaim {
    const { events } = this.#deps;
    const onError = (message: string, cause: unknown): void => {
      events.backgroundError(message, cause);
    };
    return new KeptClaim(claim, signal, { ...this.#deps, onError });
  }

  async #giveBack(claim: StepClaim): Promise<void> {
    await this.#deps.steps.giveBack(claim).catch((error: unknown) => {
      // Its lease ends by itself.
      this.#deps.events.backgroundError('cannot give back a step', error);
    });
  }
}

function isOver({ signal, failures }: Ending): boolean {
  return signal.aborted || failures.length > 0;
}

function nameOf({ tenant, id }: TaskKey): string {
  return JSON.stringify([tenant, id]);
}

/** The type of a signal that was looked at before says that it cannot abort. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
