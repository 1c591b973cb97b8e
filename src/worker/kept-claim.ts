import { linkSignals, type LinkedSignal } from '../task/abort.js';
import type { Clock } from '../task/ports/clock.js';
import type { StepClaim, StepStore } from '../task/ports/step-store.js';
import { delay } from '../task/wait.js';

export interface KeptClaimDeps {
  readonly steps: StepStore;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly progressIntervalMs: number;
  readonly onError: (message: string, cause: unknown) => void;
}

/** Keeps the claim on a step until it is stopped, and says how far the step is. */
export class KeptClaim {
  /** Frames of the step that are rendered. */
  frames = 0;
  readonly #claim: StepClaim;
  readonly #deps: KeptClaimDeps;
  readonly #link: LinkedSignal;
  readonly #ended: LinkedSignal;
  readonly #running: Promise<void>;
  #isLost = false;
  #told = 0;
  #renewedMs: number;

  constructor(claim: StepClaim, parent: AbortSignal, deps: KeptClaimDeps) {
    this.#claim = claim;
    this.#deps = deps;
    this.#link = linkSignals([parent]);
    this.#ended = linkSignals([this.#link.signal]);
    this.#renewedMs = deps.clock.monotonicMs();
    this.#running = this.#run();
  }

  /** Aborts when the step was taken back, or may have been, and with the parent. */
  get signal(): AbortSignal {
    return this.#link.signal;
  }

  /** Whether the step was taken back. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Resolves with no write of it under way. Idempotent. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#running;
    this.#ended.release();
    this.#link.release();
  }

  async #run(): Promise<void> {
    const { clock, heartbeatMs, progressIntervalMs, leaseMs, onError } = this.#deps;
    const { signal } = this.#ended;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      await delay(Math.min(progressIntervalMs, heartbeatMs), signal);
      const isDue = clock.monotonicMs() >= this.#renewedMs + heartbeatMs || this.frames > this.#told;
      if (isOver() || !isDue) continue;
      try {
        await this.#renew();
      } catch (error) {
        onError('cannot renew the lease on a step', error);
        this.#isLost = clock.monotonicMs() > this.#renewedMs + leaseMs;
      }
      if (this.#isLost) this.#link.abort(new Error('the step was taken back'));
    }
  }

  async #renew(): Promise<void> {
    const { clock, steps, leaseMs } = this.#deps;
    const [sentMs, frames] = [clock.monotonicMs(), this.frames];
    if (await steps.renew(this.#claim, { frames, leaseMs })) [this.#renewedMs, this.#told] = [sentMs, frames];
    else this.#isLost = true;
  }
}
