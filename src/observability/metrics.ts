import { Counter, Gauge, Registry } from 'prom-client';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { QueueStats } from '../task/ports/task-store.js';
import { type CallMetrics, createCallMetrics } from './metrics-calls.js';
import { createInputMetrics, type FetchedInput } from './metrics-inputs.js';
import { processMetrics } from './metrics-process.js';
import { createQueueMetrics } from './metrics-queue.js';
import { createEventMetrics } from './metrics-tasks.js';
import { createTenantLabels, createTenantMetrics, type TenantLabelOptions } from './metrics-tenants.js';

/** A store that takes longer counts as one that does not answer: a scrape that waits is a scrape that is lost. */
const STATS_TIMEOUT_MS = 2_000;

export interface MetricsOptions {
  /** The version of this release. */
  readonly release?: string;
  /** The state of the queue; asked at each scrape. */
  readonly stats: () => Promise<QueueStats>;
  /** Time of day, in milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Log lines that could not be written so far. Default: none. */
  readonly lostLogLines?: () => number;
  /** Which tenants have a label of their own. Default: none but `default`. */
  readonly tenants?: TenantLabelOptions;
  /** How long a scrape waits for `stats`. Default: 2 s. */
  readonly statsTimeoutMs?: number;
}

/** The metrics of one service. Each has its own counters, so that several in one process do not mix theirs. */
export interface Metrics {
  /** The call chain counts every call here. */
  readonly calls: CallMetrics;
  /** Counts the events, and passes them to `inner`. */
  events(inner: TaskEvents): TaskEvents;
  /** Counts a fetch of an input. */
  readonly inputFetched: (fetched: FetchedInput) => void;
  /** Shows the protections around tools, and which of them this machine offers. */
  showCage(layers: readonly { readonly name: string; readonly active: boolean }[]): void;
  /** The page that a scrape gets. Scrapes that come at the same time share one. Does not fail when the store does. */
  render(): Promise<MetricsPage>;
}

/** In the Prometheus text format. */
export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

export function createMetrics({
  release = 'unknown',
  stats,
  nowMs,
  statsTimeoutMs,
  lostLogLines = () => 0,
  tenants = { max: 0, isNamed: () => false },
}: MetricsOptions): Metrics {
  const registry = new Registry();
  new Gauge({
    name: 'cutroom_build_info',
    help: 'The release that runs; always 1.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  }).set({ version: release, node_version: process.versions.node }, 1);
  const queue = createQueueMetrics({ registry, stats, nowMs, timeoutMs: statsTimeoutMs ?? STATS_TIMEOUT_MS });
  const calls = createCallMetrics(registry);
  const countTasks = createEventMetrics(registry);
  const countByTenant = createTenantMetrics(registry, createTenantLabels(tenants));
  const inputFetched = createInputMetrics(registry);
  new Counter({
    name: 'cutroom_log_lines_lost_total',
    help: 'Log lines that could not be written: the disk is full, or nobody reads them.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(lostLogLines());
    },
  });
  let page: Promise<MetricsPage> | null = null;

  async function render(): Promise<MetricsPage> {
    await queue.refresh();
    const [own, ofProcess] = await Promise.all([registry.metrics(), processMetrics().metrics()]);
    return { contentType: registry.contentType, text: `${own}\n${ofProcess}` };
  }

  return {
    calls,
    events: (inner) => countByTenant(countTasks(inner)),
    inputFetched,
    showCage(layers) {
      const cage = new Gauge({
        name: 'cutroom_cage_layer_active',
        help: 'Whether a protection around ffmpeg and the reader of images is there; 0: this machine does not offer it.',
        labelNames: ['layer'],
        registers: [registry],
      });
      for (const { name, active } of layers) cage.set({ layer: name }, active ? 1 : 0);
    },
    render() {
      page ??= render().finally(() => {
        page = null;
      });
      return page;
    },
  };
}
