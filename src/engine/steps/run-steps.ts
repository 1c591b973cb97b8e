import { linkSignals } from '../../task/abort.js';
import type { Step } from './step.js';

export interface RunStepsOptions<S extends Step> {
  /** How many steps of each kind run at once, at least 1. */
  readonly atOnce: (kind: S['kind']) => number;
  /** Does the work of a step. Must stop soon when the signal aborts. */
  readonly perform: (step: S, signal: AbortSignal) => Promise<void>;
  /** Whether a step that failed so may be run again. */
  readonly mayPass: (error: unknown) => boolean;
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
  const waiting = new Set(steps);
  const running = new Map<S, Promise<void>>();
  const done = new Set<string>();
  const failures: unknown[] = [];

  function isReady(step: S): boolean {
    const busy = [...running.keys()].filter(({ kind }) => kind === step.kind).length;
    return step.after.every((id) => done.has(id)) && busy < options.atOnce(step.kind);
  }

  function begin(step: S): void {
    waiting.delete(step);
    const ended = repeat(step, options, stop.signal).then(
      () => {
        done.add(step.id);
        options.onDone?.(step);
      },
      (error: unknown) => {
        try {
          if (!onError || stop.signal.aborted) throw error;
          onError(step, error);
        } catch (fatal) {
          failures.push(fatal);
          stop.abort(fatal);
        }
      },
    );
    running.set(
      step,
      ended.finally(() => running.delete(step)),
    );
  }

  try {
    for (;;) {
      if (!stop.signal.aborted) for (const step of waiting) if (isReady(step)) begin(step);
      if (running.size === 0) break;
      await Promise.race(running.values());
    }
  } finally {
    stop.release();
  }
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  if (waiting.size > 0 && !onError) throw new RangeError('a plan has steps that wait for steps that are not in it');
}

async function repeat<S extends Step>(step: S, options: RunStepsOptions<S>, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await options.perform(step, signal);
      return;
    } catch (error) {
      if (signal.aborted || tries >= step.tries || !options.mayPass(error)) throw error;
    }
  }
}
