import { Gauge, type Registry } from 'prom-client';
import type { QueueStats } from '../task/ports/task-store.js';

export interface QueueMetricsOptions {
  readonly registry: Registry;
  readonly stats: () => Promise<QueueStats>;
  /** Time of day, in milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly timeoutMs: number;
}

/** The state of the queue, from the store: every process on one store reports the same. */
export interface QueueMetrics {
  /** Asks the store. Without an answer in time the values are absent, for an old one would look like a queue at rest. Never rejects. */
  refresh(): Promise<void>;
}

export function createQueueMetrics({ registry, stats, nowMs, timeoutMs }: QueueMetricsOptions): QueueMetrics {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const up = gauge(
    'cutroom_store_up',
    'Whether the store answered this scrape in time; without an answer the metrics of the queue are absent.',
  );
  const depth = gauge('cutroom_queue_depth', 'Tasks that wait for a worker, of all processes on this store.');
  const oldestAge = gauge(
    'cutroom_queue_oldest_age_seconds',
    'Time since the oldest waiting task was submitted; 0 when none waits.',
  );
  const running = gauge('cutroom_tasks_running', 'Tasks that are being rendered, by all processes on this store.');

  const pending = gauge(
    'cutroom_deliveries_pending_tasks',
    'Tasks with events that are still to be delivered to their notify targets, of all processes on this store.',
  );

  return {
    async refresh() {
      const answer = await answerWithin(timeoutMs, stats);
      up.set(answer ? 1 : 0);
      if (!answer) {
        for (const absent of [depth, oldestAge, running, pending]) absent.remove();
        return;
      }
      const { queued, oldestQueuedTimeMs } = answer;
      depth.set(queued);
      oldestAge.set(oldestQueuedTimeMs === null ? 0 : Math.max(0, nowMs() - oldestQueuedTimeMs) / 1000);
      running.set(answer.running);
      pending.set(answer.awaitingDelivery);
    },
  };
}

async function answerWithin(timeoutMs: number, stats: () => Promise<QueueStats>): Promise<QueueStats | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null);
  });
  try {
    return await Promise.race([timeout, stats().catch(() => null)]);
  } finally {
    clearTimeout(timer);
  }
}
