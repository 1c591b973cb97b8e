import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/observability/metrics.js';
import { claimed, succeeded } from '../../../src/task/lifecycle.js';
import { eventually } from '../../support/eventually.js';
import { connect, type ForeignClient } from '../../support/foreign-client.js';
import { newTask } from '../../support/new-task.js';
import { samplesOf } from '../../support/prometheus-text.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(
  options: Parameters<typeof startApiUnderTest>[0] = {},
): Promise<{ under: ApiUnderTest; client: ForeignClient }> {
  const under = await startApiUnderTest(options);
  const client = connect(under.grpcAddress);
  closers.push(
    () => under.stop(),
    () => {
      client.close();
    },
  );
  return { under, client };
}

async function scrape(under: ApiUnderTest): Promise<Record<string, number>> {
  return samplesOf(await (await fetch(`${under.httpUrl}/metrics`)).text());
}

/** The key of a sample of a gRPC metric. */
function grpc(metric: string, method: string, { type = 'unary', code }: { type?: string; code?: string } = {}): string {
  const labels = `grpc_type="${type}",grpc_service="cutroom.v1.TaskService",grpc_method="${method}"`;
  return `grpc_server_${metric}{${labels}${code === undefined ? '' : `,grpc_code="${code}"`}}`;
}

const spec = { montage: { materials: [{ uri: 'a.mp4' }] } };
const stream = { type: 'server_stream' };

describe('GET /metrics', () => {
  it('returns a page for Prometheus', async () => {
    const { under } = await start();
    const response = await fetch(`${under.httpUrl}/metrics`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    const text = await response.text();
    expect(text).toContain('# TYPE grpc_server_handling_seconds histogram\n');
    expect(samplesOf(text)).toMatchObject({ cutroom_store_up: 1, cutroom_watchers: 0, cutroom_queue_depth: 0 });
    expect((await fetch(`${under.httpUrl}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('is served while the store is down', async () => {
    const metrics = createMetrics({ stats: () => Promise.reject(new Error('down')), nowMs: () => 0 });
    const { under } = await start({ metrics });
    const samples = await scrape(under);
    expect(samples).toMatchObject({ cutroom_store_up: 0, cutroom_watchers: 0 });
    expect(samples).not.toHaveProperty('cutroom_queue_depth');
  });

  it('counts calls over gRPC and HTTP alike, each with its final code', async () => {
    const { under, client } = await start();
    await client.call('SubmitTask', { spec });
    const post = (body: string) => fetch(`${under.httpUrl}/v1/tasks`, { method: 'POST', body });
    expect((await post(JSON.stringify({ spec }))).status).toBe(200);
    expect((await post('{')).status).toBe(400);
    await expect(client.call('GetTask', { name: 'tasks/nope' })).rejects.toThrow();
    expect((await fetch(`${under.httpUrl}/v1/tasks/nope`)).status).toBe(404);
    const samples = await scrape(under);
    expect(samples).toMatchObject({
      [grpc('started_total', 'SubmitTask')]: 3,
      [grpc('msg_received_total', 'SubmitTask')]: 3,
      [grpc('msg_sent_total', 'SubmitTask')]: 2,
      [grpc('handled_total', 'SubmitTask', { code: 'OK' })]: 2,
      [grpc('handled_total', 'SubmitTask', { code: 'InvalidArgument' })]: 1,
      [grpc('handling_seconds_count', 'SubmitTask')]: 3,
      [grpc('started_total', 'GetTask')]: 2,
      [grpc('handled_total', 'GetTask', { code: 'NotFound' })]: 2,
      cutroom_tasks_submitted_total: 2,
      cutroom_queue_depth: 2,
    });
    expect(samples[grpc('handling_seconds_sum', 'SubmitTask')]).toBeGreaterThan(0);
    expect(samples).not.toHaveProperty([grpc('msg_sent_total', 'GetTask')]);
  });

  it('counts calls that are refused by a drain', async () => {
    const { under } = await start();
    under.api.drain();
    expect((await fetch(`${under.httpUrl}/v1/tasks/a`)).status).toBe(503);
    expect(await scrape(under)).toMatchObject({ [grpc('handled_total', 'GetTask', { code: 'Unavailable' })]: 1 });
  });
});

describe('the metrics of watchers', () => {
  const over = (code: string) => grpc('handled_total', 'WatchTask', { ...stream, code });

  it('count them while they watch, with every message that they get', async () => {
    const { under, client } = await start();
    await under.store.insert(newTask({ id: 'a', nowMs: Date.now() }), '{}');
    const watches = [1, 2].map(() => client.watch({ name: 'tasks/a' }));
    for (const watch of watches) await once(watch, 'data');
    expect(await scrape(under)).toMatchObject({ cutroom_watchers: 2, [grpc('started_total', 'WatchTask', stream)]: 2 });
    const ends = watches.map((watch) => once(watch.resume(), 'end'));
    await under.change('a', (task) => claimed(task, { attemptId: 'x', owner: 'o', nowMs: Date.now() }));
    await under.change('a', (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
    await Promise.all(ends);
    const samples = await scrape(under);
    expect(samples).toMatchObject({
      cutroom_watchers: 0,
      [over('OK')]: 2,
      [grpc('msg_received_total', 'WatchTask', stream)]: 2,
    });
    // QUEUED and SUCCEEDED at least, RUNNING unless it was overtaken.
    const sent = samples[grpc('msg_sent_total', 'WatchTask', stream)];
    expect(sent).toBeGreaterThanOrEqual(4);
    expect(sent).toBeLessThanOrEqual(6);
  });

  it('count watchers that leave, over either transport', async () => {
    const { under, client } = await start();
    await under.store.insert(newTask({ id: 'a', nowMs: Date.now() }), '{}');
    const watch = client.watch({ name: 'tasks/a' }).on('error', () => undefined);
    await once(watch, 'data');
    const leaving = new AbortController();
    const response = await fetch(`${under.httpUrl}/v1/tasks/a:watch`, { signal: leaving.signal });
    await response.body!.getReader().read();
    expect(await scrape(under)).toMatchObject({ cutroom_watchers: 2 });
    watch.cancel();
    leaving.abort();
    const samples = await eventually('both have been seen to leave', async () => {
      const current = await scrape(under);
      return current.cutroom_watchers === 0 ? current : null;
    });
    expect(samples).toMatchObject({ [over('Canceled')]: 2 });
  });

  it('count watches of missing tasks', async () => {
    const { under, client } = await start();
    await once(client.watch({ name: 'tasks/nope' }), 'error');
    expect(await scrape(under)).toMatchObject({ cutroom_watchers: 0, [over('NotFound')]: 1 });
  });
});
