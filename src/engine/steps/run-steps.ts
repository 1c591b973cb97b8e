import { linkSignals } from '../../task/abort.js';
import type { Step } from './step.js';

export interface RunStepsOptions<S extends Step> {
  /** How many steps of each kind run at once, at least 1. */
  readonly atOnce: (kind: S['kind']) => number;
  /** Does the work of a step. Must stop soon when the signal aborts. */
  readonly perform: (step: S, signal: AbortSignal) => Promise<void>;
  /** Whether a step that failed so may be run again. */
  readonly mayPass: (error: unknown) => boolean;
  /** A step failed so that it is run again. */
  readonly onAgain?: (step: S, error: unknown) => void;
  /** A step is over; not called for one that failed. */
  readonly onDone?: (step: S) => void;
  /**
   * Takes the error of a step; the steps that need it are left out, all others go on, unless it throws. Without it the first error ends the run: steps under
   * way are aborted, and it is thrown once they have ended.
   */
  readonly onError?: (step: S, error: unknown) => void;
  /** Ends the run: no step begins any more, those under way are aborted, and its reason is thrown. */
  readonly signal: AbortSignal;
}

/** Runs the steps of a plan, each once those before it are over, in the plan's order where that leaves a choice. Resolves when all are over. */
export async function runSteps<S extends Step>(steps: readonly S[], options: RunStepsOptions<S>): Promise<void> {
  const { signal, onError } = options;
  signal.throwIfAborted();
  const stop = linkSignals([signal]);
  const queue = createQueue(steps);
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];

  async function work(step: S): Promise<void> {
    try {
      await repeat(step, options, stop.signal);
      queue.over(step);
      options.onDone?.(step);
    } catch (error) {
      queue.failed(step);
      try {
        if (!onError || stop.signal.aborted) throw error;
        onError(step, error);
      } catch (fatal) {
        failures.push(fatal);
        stop.abort(fatal);
      }
    }
  }

  try {
    for (;;) {
      for (let step = next(); step !== null; step = next()) {
        const working: Promise<void> = work(step).finally(() => running.delete(working));
        running.add(working);
      }
      if (running.size === 0) break;
      await Promise.race(running);
    }
  } finally {
    stop.release();
  }
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  if (queue.waiting() > 0 && !onError) throw new RangeError('a plan has steps that wait for steps that are not in it');

  function next(): S | null {
    return stop.signal.aborted ? null : queue.take(options.atOnce);
  }
}

/** The steps of a plan that have not begun. */
interface Queue<S extends Step> {
  /** The first that can begin, which counts as under way from now on; null: none can now. */
  take(atOnce: (kind: S['kind']) => number): S | null;
  over(step: S): void;
  failed(step: S): void;
  waiting(): number;
}

/** Looks only at steps whose time has come: a plan may have thousands. */
function createQueue<S extends Step>(steps: readonly S[]): Queue<S> {
  const places = new Map(steps.map((step, i) => [step, i]));
  const missing = new Map(steps.map((step) => [step, step.after.length]));
  const dependents = new Map<string, S[]>();
  const ready = new Map<S['kind'], S[]>();
  const busy = new Map<S['kind'], number>();
  let waiting = steps.length;
  const placeOf = (step: S) => places.get(step) ?? 0;

  function makeReady(step: S): void {
    const own = ready.get(step.kind) ?? [];
    const after = own.findLastIndex((other) => placeOf(other) < placeOf(step));
    own.splice(after + 1, 0, step);
    ready.set(step.kind, own);
  }

  function leave({ kind }: S): void {
    busy.set(kind, (busy.get(kind) ?? 1) - 1);
  }

  for (const step of steps) {
    if (step.after.length === 0) makeReady(step);
    for (const id of step.after) dependents.set(id, [...(dependents.get(id) ?? []), step]);
  }

  return {
    take(atOnce) {
      const heads = [...ready].flatMap(([kind, [head]]) =>
        head && (busy.get(kind) ?? 0) < atOnce(kind) ? [head] : [],
      );
      const [first] = heads.sort((a, b) => placeOf(a) - placeOf(b));
      if (!first) return null;
      ready.get(first.kind)?.shift();
      busy.set(first.kind, (busy.get(first.kind) ?? 0) + 1);
      waiting -= 1;
      return first;
    },
    over(step) {
      leave(step);
      for (const dependent of dependents.get(step.id) ?? []) {
        const left = (missing.get(dependent) ?? 1) - 1;
        missing.set(dependent, left);
        if (left === 0) makeReady(dependent);
      }
    },
    failed: leave,
    waiting: () => waiting,
  };
}

async function repeat<S extends Step>(step: S, options: RunStepsOptions<S>, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await options.perform(step, signal);
      return;
    } catch (error) {
      if (signal.aborted || tries >= step.tries || !options.mayPass(error)) throw error;
      options.onAgain?.(step, error);
    }
  }
}
