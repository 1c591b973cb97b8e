import type { Clock } from '../task/ports/clock.js';
import type { ProgressReport } from '../task/task.js';
import { progressed } from '../task/lifecycle.js';
import { delay, wakeable } from '../task/wait.js';
import { LeaseLostError, type AttemptLease } from './attempt-lease.js';

export interface LeaseKeeperOptions {
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** Progress is stored at most this often. */
  readonly progressIntervalMs: number;
  readonly backgroundError: (message: string, cause: unknown) => void;
}

/** The pause between progress writes is at least this many times the duration of the last one, so that a slow store is not flooded. */
const SLOW_STORE_FACTOR = 4;
const RETRY_MS = 200;

/** Keeps a lease alive while its render goes on. */
export interface LeaseKeeper {
  /** Takes the render's progress; only the newest is kept until it is due. Never blocks. */
  report(progress: ProgressReport): void;
  /**
   * Stores progress and renews the lease until the signal aborts; then it resolves, with no write of it under way.
   * @throws LeaseLostError, also by itself when the lease may have run out while the store failed. A process that was
   * late itself renews late, and goes on if the lease is still its own.
   */
  run(signal: AbortSignal): Promise<void>;
}

export function createLeaseKeeper(lease: AttemptLease, options: LeaseKeeperOptions): LeaseKeeper {
  const { clock, heartbeatMs, progressIntervalMs } = options;
  const news = wakeable();
  let newest: ProgressReport | null = null;
  let nextProgressMs = clock.monotonicMs();

  async function storeProgress(progress: ProgressReport): Promise<void> {
    const startedMs = clock.monotonicMs();
    await lease.change((task) => progressed(task, progress, clock.nowMs()));
    if (newest === progress) newest = null;
    const tookMs = clock.monotonicMs() - startedMs;
    nextProgressMs = startedMs + Math.max(progressIntervalMs, SLOW_STORE_FACTOR * tookMs);
  }

  /** Until the heartbeat is due, or the progress if there is any. The heartbeat rides in the progress: that renews the lease too. */
  function waitMs(): number {
    const heartbeatDueMs = lease.renewedMs + heartbeatMs;
    const dueMs = newest ? Math.min(nextProgressMs, heartbeatDueMs) : heartbeatDueMs;
    return Math.max(0, dueMs - clock.monotonicMs());
  }

  async function writeWhatIsDue(): Promise<void> {
    const nowMs = clock.monotonicMs();
    if (newest && nowMs >= nextProgressMs) await storeProgress(newest);
    else if (nowMs >= lease.renewedMs + heartbeatMs) await lease.renew();
  }

  return {
    report(progress) {
      newest = progress;
      news.wake();
    },

    async run(signal) {
      const ended = () => signal.aborted;
      // Since the last renewal that arrived.
      let hasFailed = false;
      while (!ended()) {
        const ms = waitMs();
        if (ms > 0) await news.wait({ timeoutMs: ms, signal });
        if (ended()) return;
        // Without a failure this process itself was late (stopped, starved): the store says whether the lease is still its own.
        if (lease.mayHaveExpired && hasFailed) throw new LeaseLostError('lost');
        try {
          await writeWhatIsDue();
          hasFailed = false;
        } catch (error) {
          if (error instanceof LeaseLostError) throw error;
          hasFailed = true;
          options.backgroundError('cannot renew the lease on a task', error);
          await delay(RETRY_MS, signal);
        }
      }
    },
  };
}
