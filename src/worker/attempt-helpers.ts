import type { Helpers, HelpersListener, SharedStep, StepDone } from '../task/ports/helpers.js';
import type { AttemptKey, StepNews, StepStore } from '../task/ports/step-store.js';

export interface AttemptHelpersOptions {
  readonly steps: StepStore;
  readonly attempt: AttemptKey;
  /** This worker. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly onDone: (step: StepDone) => void;
  readonly onClosed: () => void;
  readonly onError: (message: string, cause: unknown) => void;
}

/** News of a renewal may be late by this much before a step counts as abandoned. */
const SLACK_MS = 500;

interface Offered {
  worker: string | null;
  /** There once another worker has it: runs out when that has not been heard of for a lease. */
  timer: NodeJS.Timeout | null;
}

/** The steps of one attempt that are offered to other workers: their records, and what becomes of them. A step without a record is this worker's. */
export class AttemptHelpers implements Helpers {
  readonly #options: AttemptHelpersOptions;
  readonly #offered = new Map<string, Offered>();
  #listener: HelpersListener | null = null;
  /** Records are written before they are taken back. */
  #writes: Promise<unknown> = Promise.resolve();
  #hasOffered = false;
  #isClosed = false;

  constructor(options: AttemptHelpersOptions) {
    this.#options = options;
  }

  listen(listener: HelpersListener): void {
    this.#listener = listener;
  }

  offer(names: readonly SharedStep[]): void {
    if (this.#isClosed) return;
    for (const { step } of names) this.#offered.set(step, { worker: null, timer: null });
    this.#writes = this.#writes.then(() => this.#write(names));
  }

  async takeBack(step: string, { evenTaken }: { readonly evenTaken: boolean }): Promise<boolean> {
    const { steps, onError } = this.#options;
    await this.#writes;
    try {
      const isBack = await steps.takeBack(this.#nameOf(step), { from: evenTaken ? 'ANY' : 'OPEN' });
      if (isBack) this.#forget(step);
      else this.#awaitNews(step);
      return isBack;
    } catch (error) {
      onError('cannot take back a step', error);
      this.#forget(step);
      return true;
    }
  }

  done(step: StepDone): void {
    this.#options.onDone(step);
  }

  /** A change of one of its records. */
  learn({ step, state, worker, frames }: StepNews): void {
    const entry = this.#offered.get(step);
    // Its own doing, and no news.
    if (!entry) return;
    entry.worker = worker ?? entry.worker;
    switch (state) {
      case 'OPEN':
        return;
      case 'TAKEN':
        this.#awaitNews(step);
        this.#listener?.onTaken(step);
        this.#listener?.onFrames(step, frames);
        return;
      case 'DONE':
        this.#forget(step);
        this.#listener?.onDone(step, entry.worker ?? 'unknown');
        return;
      case 'GONE':
        this.#returned(step);
        return;
    }
  }

  /** Reads all its records: news may have been lost. Never rejects. */
  async lookAgain(): Promise<void> {
    const { steps, attempt, onError } = this.#options;
    await this.#writes;
    const known = [...this.#offered.keys()];
    if (known.length === 0 || this.#isClosed) return;
    try {
      const found = new Map((await steps.ofAttempt(attempt)).map((news) => [news.step, news]));
      for (const step of known) this.learn(found.get(step) ?? goneOf(attempt, step));
    } catch (error) {
      onError('cannot read the steps of an attempt', error);
      for (const step of known) this.#awaitNews(step);
    }
  }

  /** Removes all its records. Never rejects. */
  async close(): Promise<void> {
    const { steps, attempt, onError, onClosed } = this.#options;
    this.#isClosed = true;
    this.#listener = null;
    for (const step of [...this.#offered.keys()]) this.#forget(step);
    onClosed();
    await this.#writes;
    if (!this.#hasOffered) return;
    await steps.removeUpTo(attempt).catch((error: unknown) => {
      onError('cannot remove the steps of an attempt', error);
    });
  }

  async #write(names: readonly SharedStep[]): Promise<void> {
    const { steps, attempt, onError } = this.#options;
    try {
      // Those that the worker before this one left behind.
      if (!this.#hasOffered && attempt.fence > 1) await steps.removeUpTo({ ...attempt, fence: attempt.fence - 1 });
      this.#hasOffered = true;
      await steps.offer(names.map(({ step, hash }) => ({ ...this.#nameOf(step), hash })));
    } catch (error) {
      onError('cannot offer steps to other workers', error);
      for (const { step } of names) this.#returned(step);
    }
  }

  #nameOf(step: string) {
    return { ...this.#options.attempt, step, by: this.#options.owner };
  }

  #forget(step: string): void {
    const timer = this.#offered.get(step)?.timer;
    if (timer) clearTimeout(timer);
    this.#offered.delete(step);
  }

  #returned(step: string): void {
    this.#forget(step);
    this.#listener?.onReturned(step);
  }

  #awaitNews(step: string): void {
    const entry = this.#offered.get(step);
    if (!entry) return;
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = setTimeout(() => void this.#checkLease(step), this.#options.leaseMs + SLACK_MS);
    entry.timer.unref();
  }

  /** Its worker has not been heard of. */
  async #checkLease(step: string): Promise<void> {
    const { steps, onError } = this.#options;
    try {
      const isBack = await steps.takeBack(this.#nameOf(step), { from: 'LAPSED' });
      if (!this.#offered.has(step)) return;
      if (isBack) this.#returned(step);
      else await this.lookAgain();
    } catch (error) {
      onError('cannot take back a step of a worker that is gone', error);
    }
    this.#awaitNews(step);
  }
}

function goneOf(attempt: AttemptKey, step: string): StepNews {
  return { ...attempt, step, state: 'GONE', worker: null, frames: 0 };
}
