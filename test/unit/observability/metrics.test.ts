import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../../src/observability/metrics.js';
import { createMemoryStore } from '../../support/memory-store.js';
import type { QueueStats } from '../../../src/task/ports/task-store.js';
import {
  cancelled,
  claimed,
  failed,
  handedBack,
  progressed,
  queueTimedOut,
  succeeded,
  workerLost,
} from '../../../src/task/lifecycle.js';
import { newTask } from '../../support/new-task.js';
import { samplesOf } from '../../support/prometheus-text.js';
import { recordEvents } from '../../support/task-events.js';

const IDLE: QueueStats = { queued: 0, running: 0, awaitingDelivery: 0, oldestQueuedTimeMs: null };

async function scrape(metrics: Metrics): Promise<Record<string, number>> {
  return samplesOf((await metrics.render()).text);
}

describe('the metrics of deliveries', () => {
  it('count attempts by what became of the delivery, and the tasks that wait for one', async () => {
    const metrics = createMetrics({ stats: () => Promise.resolve({ ...IDLE, awaitingDelivery: 3 }), nowMs: () => 0 });
    const inner = recordEvents();
    const events = metrics.events(inner);
    const notify = [{ url: 'https://a.test/', events: ['ENDED'] as const, secretId: null }];
    const task = cancelled(newTask({ notify }), 1);
    const [pending] = task.deliveries!;
    events.deliveryAttempted(task, { ...pending!, problem: 'TIMEOUT' });
    events.deliveryAttempted(task, { ...pending!, state: 'DELIVERED' });
    events.deliveryAttempted(task, { ...pending!, state: 'ABANDONED', problem: 'GONE' });
    expect(inner.log).toHaveLength(3);
    expect(await scrape(metrics)).toMatchObject({
      cutroom_deliveries_pending_tasks: 3,
      'cutroom_delivery_attempts_total{outcome="retried",reason="TIMEOUT"}': 1,
      'cutroom_delivery_attempts_total{outcome="delivered",reason=""}': 1,
      'cutroom_delivery_attempts_total{outcome="abandoned",reason="GONE"}': 1,
    });
  });
});

describe('the metrics of the queue', () => {
  it('are read from the store at the scrape', async () => {
    const store = createMemoryStore({ nowMs: () => 0 });
    const metrics = createMetrics({ stats: () => store.stats(), nowMs: () => 61_500 });
    expect(await scrape(metrics)).toMatchObject({
      cutroom_store_up: 1,
      cutroom_queue_depth: 0,
      cutroom_queue_oldest_age_seconds: 0,
      cutroom_tasks_running: 0,
    });
    const taken = newTask({ id: 'b', nowMs: 500 });
    await store.insert(newTask({ id: 'a', nowMs: 1_500 }), '{}');
    await store.insert(taken, '{}');
    await store.insert(newTask({ id: 'c', nowMs: 3_000 }), '{}');
    await store.replace(taken, claimed(taken, { attemptId: 'x', owner: 'o', nowMs: 4_000 }), { leaseMs: 60_000 });
    expect(await scrape(metrics)).toMatchObject({
      cutroom_store_up: 1,
      cutroom_queue_depth: 2,
      cutroom_queue_oldest_age_seconds: 60,
      cutroom_tasks_running: 1,
    });
  });

  it.each([
    ['refuses', () => Promise.reject(new Error('down'))],
    ['does not answer in time', () => new Promise<never>(() => {})],
  ])('are absent, not stale, while the store %s; all other metrics are present', async (_, broken) => {
    let stats: () => Promise<QueueStats> = () => Promise.resolve({ ...IDLE, queued: 3 });
    const metrics = createMetrics({ stats: () => stats(), nowMs: () => 0, statsTimeoutMs: 20 });
    metrics.events(recordEvents()).submitted(newTask());
    expect(await scrape(metrics)).toMatchObject({ cutroom_queue_depth: 3 });
    stats = broken;
    const without = await scrape(metrics);
    expect(without).toMatchObject({ cutroom_store_up: 0, cutroom_tasks_submitted_total: 1 });
    expect(Object.keys(without).filter((name) => /^cutroom_(queue|tasks_running)/.test(name))).toEqual([]);
    stats = () => Promise.resolve({ ...IDLE, queued: 1 });
    expect(await scrape(metrics)).toMatchObject({
      cutroom_store_up: 1,
      cutroom_queue_depth: 1,
      cutroom_tasks_running: 0,
    });
  });

  it('are read once for concurrent scrapes', async () => {
    let asked = 0;
    const stats = () => Promise.resolve({ ...IDLE, queued: (asked += 1) });
    const metrics = createMetrics({ stats, nowMs: () => 0 });
    const both = await Promise.all([scrape(metrics), scrape(metrics)]);
    expect(both.map((samples) => samples.cutroom_queue_depth)).toEqual([1, 1]);
    expect(await scrape(metrics)).toMatchObject({ cutroom_queue_depth: 2 });
  });
});

describe('the metrics of task events', () => {
  const queued = newTask({ maxAttempts: 2, nowMs: 0 });
  const running = claimed(queued, { attemptId: 'x', owner: 'o', nowMs: 1_000 });
  const rendering = progressed(
    running,
    {
      phase: 'RENDERING',
      percent: 1,
      framesDone: 1,
      framesTotal: 100,
      outTimeUs: 0,
      speed: 1,
      phaseTimings: [
        { phase: 'FETCHING', durationMs: 2_000 },
        { phase: 'RENDERING', durationMs: 0 },
      ],
      remainingMs: null,
    },
    3_000,
  );
  const failure = { reason: 'RENDER_FAILED', message: 'm', field: '' } as const;

  function underTest() {
    const metrics = createMetrics({ stats: () => Promise.resolve(IDLE), nowMs: () => 0 });
    const inner = recordEvents();
    return { metrics, inner, events: metrics.events(inner) };
  }

  it('pass every event on once', () => {
    const { inner, events } = underTest();
    const direct = recordEvents();
    for (const to of [events, direct]) {
      to.submitted(queued);
      to.claimed(running);
      to.attemptEnded(succeeded(running, { outputs: [], warnings: [] }, 2_000), { failure: null, cause: null });
      to.cancelled(queued);
      to.retried(queued);
      to.queueTimedOut(queued);
      to.removed(queued);
      to.attemptLost(running);
      to.handedBack(queued);
      to.recovered(queued);
      to.backgroundError('what', null);
    }
    expect(inner.log).toHaveLength(11);
    expect(inner.log).toEqual(direct.log);
  });

  it('count ended tasks by state and reason', async () => {
    const { metrics, events } = underTest();
    expect(await scrape(metrics)).toMatchObject({ cutroom_tasks_submitted_total: 0 });
    events.submitted(queued);
    events.submitted(queued);
    events.attemptEnded(failed(running, failure, 2_000), { failure, cause: null });
    events.attemptEnded(failed({ ...running, failures: 1 }, failure, 2_000), { failure, cause: null });
    events.attemptEnded(succeeded(running, { outputs: [], warnings: [] }, 2_000), { failure: null, cause: null });
    events.cancelled(cancelled(running, 2_000));
    // Its worker learns of the cancel by losing the task: that is the same end.
    events.attemptLost(running);
    events.handedBack(handedBack(running, 2_000));
    events.recovered(workerLost(running, 2_000));
    events.recovered(workerLost({ ...running, workerLosses: 2 }, 2_000));
    events.queueTimedOut(queueTimedOut(queued, 2_000));
    const samples = await scrape(metrics);
    expect(samples.cutroom_tasks_submitted_total).toBe(2);
    expect(
      Object.fromEntries(Object.entries(samples).filter(([name]) => name.startsWith('cutroom_attempts_ended_total'))),
    ).toEqual({
      'cutroom_attempts_ended_total{state="QUEUED",reason="RENDER_FAILED"}': 1,
      'cutroom_attempts_ended_total{state="FAILED",reason="RENDER_FAILED"}': 1,
      'cutroom_attempts_ended_total{state="SUCCEEDED",reason=""}': 1,
      'cutroom_attempts_ended_total{state="CANCELLED",reason=""}': 1,
      'cutroom_attempts_ended_total{state="QUEUED",reason="HANDED_BACK"}': 1,
      'cutroom_attempts_ended_total{state="QUEUED",reason="WORKER_LOST"}': 1,
      'cutroom_attempts_ended_total{state="FAILED",reason="WORKER_LOST"}': 1,
      'cutroom_attempts_ended_total{state="FAILED",reason="QUEUE_TIMEOUT"}': 1,
    });
  });

  it('count what ended by tenant, and how long it took', async () => {
    const { metrics, events } = underTest();
    events.attemptEnded(succeeded(rendering, { outputs: [], warnings: [] }, 10_500), { failure: null, cause: null });
    events.cancelled(cancelled(newTask({ tenant: 'acme' }), 1));
    const samples = await scrape(metrics);
    expect(samples).toMatchObject({
      'cutroom_tenant_attempts_ended_total{tenant="default",state="SUCCEEDED"}': 1,
      'cutroom_tenant_attempts_ended_total{tenant="_other",state="CANCELLED"}': 1,
      'cutroom_tenant_attempt_seconds_total{tenant="default"}': 9.5,
    });
    expect(samples).not.toHaveProperty(['cutroom_tenant_attempt_seconds_total{tenant="_other"}']);
  });

  it('measure each phase when an attempt ends', async () => {
    const { metrics, events } = underTest();
    events.attemptEnded(succeeded(rendering, { outputs: [], warnings: [] }, 10_500), { failure: null, cause: null });
    events.cancelled(cancelled(queued, 2_000));
    events.cancelled(cancelled(running, 1_500));
    expect(await scrape(metrics)).toMatchObject({
      'cutroom_phase_seconds_count{phase="FETCHING"}': 2,
      'cutroom_phase_seconds_sum{phase="FETCHING"}': 2.5,
      'cutroom_phase_seconds_bucket{le="0.5",phase="FETCHING"}': 1,
      'cutroom_phase_seconds_count{phase="RENDERING"}': 1,
      'cutroom_phase_seconds_sum{phase="RENDERING"}': 7.5,
    });
  });
});

it('several metrics in one process count separately, and report the process alike', async () => {
  const [one, other] = [1, 2].map(() => createMetrics({ stats: () => Promise.resolve(IDLE), nowMs: () => 0 }));
  one!.events(recordEvents()).submitted(newTask());
  const samples = await scrape(other!);
  expect(samples.cutroom_tasks_submitted_total).toBe(0);
  expect(samples.process_resident_memory_bytes).toBeGreaterThan(1_000_000);
  expect(await scrape(one!)).toMatchObject({
    cutroom_tasks_submitted_total: 1,
    process_start_time_seconds: samples.process_start_time_seconds,
  });
});

describe('the metrics by tenant', () => {
  const submits = (samples: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(samples).flatMap(([name, count]) => {
        const tenant = /^cutroom_tenant_tasks_submitted_total\{tenant="(.*)"\}$/.exec(name)?.[1];
        return tenant === undefined ? [] : [[tenant, count]];
      }),
    );

  it('have a label for the first of those that are named, and one for all others, however many call', async () => {
    const named = new Set(['acme', 'briar', 'cedar']);
    const metrics = createMetrics({
      stats: () => Promise.resolve(IDLE),
      nowMs: () => 0,
      tenants: { max: 2, isNamed: (tenant) => named.has(tenant) },
    });
    const events = metrics.events(recordEvents());
    for (const tenant of ['x1', 'acme', 'default', 'briar', 'cedar', 'acme', 'x2', 'other'])
      events.submitted(newTask({ tenant }));
    for (let i = 0; i < 500; i++) events.submitted(newTask({ tenant: `t${i}` }));
    expect(submits(await scrape(metrics))).toEqual({ acme: 2, briar: 1, default: 1, _other: 504 });
    // One that leaves the file keeps its label, so that its counter does not go back; its place is not given away.
    named.delete('acme');
    for (const tenant of ['acme', 'cedar']) events.submitted(newTask({ tenant }));
    expect(submits(await scrape(metrics))).toEqual({ acme: 3, briar: 1, default: 1, _other: 505 });
  });
});

describe('the machine', () => {
  it('shows the protections around tools that it offers', async () => {
    const metrics = createMetrics({ stats: () => Promise.resolve(IDLE), nowMs: () => 0 });
    metrics.showCage([
      { name: 'no-network', active: false },
      { name: 'parent-death', active: true },
    ]);
    expect(await scrape(metrics)).toMatchObject({
      'cutroom_cage_layer_active{layer="no-network"}': 0,
      'cutroom_cage_layer_active{layer="parent-death"}': 1,
    });
  });

  it('shows why its worker claims nothing, as long as it does not', async () => {
    const metrics = createMetrics({ stats: () => Promise.resolve(IDLE), nowMs: () => 0 });
    const events = metrics.events(recordEvents());
    const pauses = async () =>
      Object.entries(await scrape(metrics)).filter(([name]) => name.startsWith('cutroom_worker_paused'));
    expect(await pauses()).toEqual([['cutroom_worker_paused{reason=""}', 0]]);
    events.paused('the disk is full');
    expect(await pauses()).toEqual([['cutroom_worker_paused{reason="the disk is full"}', 1]]);
    events.resumed();
    expect(await pauses()).toEqual([['cutroom_worker_paused{reason=""}', 0]]);
  });
});
