import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimed } from '../../../src/task/transitions.js';
import { eventually } from '../../support/eventually.js';
import { connect, failureOf, type ForeignClient } from '../../support/foreign-client.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
let client: ForeignClient;
beforeAll(async () => {
  under = await startApiUnderTest();
  client = connect(under.grpcAddress);
});
afterAll(async () => {
  client.close();
  await under.stop();
});

/** The value of one sample by its name and labels; null when it is not there. */
async function sample(name: string, labels: Record<string, string> = {}): Promise<number | null> {
  const text = await (await fetch(`${under.httpUrl}/metrics`)).text();
  const line = text.split('\n').find((l) => (l.startsWith(`${name}{`) || l.startsWith(`${name} `)) && Object.entries(labels).every(([key, value]) => l.includes(`${key}="${value}"`)));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ') + 1));
}

const method = (name: string, more: Record<string, string> = {}) => ({ grpc_service: 'cutroom.v1.TaskService', grpc_method: name, ...more });

it('counts calls of both doors under their standard names, by status', async () => {
  const task = await client.call('SubmitTask', { spec: { montage: { materials: [{ uri: 'a.mp4' }] } } });
  await fetch(`${under.httpUrl}/v1/${String(task.name)}`);
  await failureOf(client.call('GetTask', { name: 'tasks/nobody' }));
  expect(await sample('grpc_server_handled_total', method('SubmitTask', { grpc_type: 'unary', grpc_code: 'OK' }))).toBe(1);
  expect(await sample('grpc_server_handled_total', method('GetTask', { grpc_code: 'OK' }))).toBe(1);
  expect(await sample('grpc_server_handled_total', method('GetTask', { grpc_code: 'NotFound' }))).toBe(1);
  expect(await sample('grpc_server_started_total', method('GetTask'))).toBe(2);
  expect(await sample('grpc_server_handling_seconds_count', method('GetTask'))).toBe(2);
});

it('tells how the queue stands, what became of tasks, and who watches', async () => {
  const task = await client.call('SubmitTask', { spec: { montage: { materials: [{ uri: 'a.mp4' }] } } });
  const before = (await sample('cutroom_queue_depth')) ?? 0;
  await under.change(String(task.task_id), (t) => claimed(t, { attemptId: 'x', owner: 'o', nowMs: Date.now() }));
  expect([await sample('cutroom_queue_depth'), await sample('cutroom_tasks_running'), await sample('cutroom_store_up')]).toEqual([before - 1, 1, 1]);
  expect(await sample('cutroom_queue_oldest_age_seconds')).toBeGreaterThan(0);
  const stream = client.watch({ name: task.name });
  stream.on('error', () => undefined).resume();
  await eventually('a watcher', async () => (await sample('cutroom_watchers')) === 1);
  const ended = (await sample('cutroom_attempts_ended_total', { state: 'CANCELLED' })) ?? 0;
  await client.call('CancelTask', { name: task.name });
  expect(await sample('cutroom_attempts_ended_total', { state: 'CANCELLED' })).toBe(ended + 1);
  expect(await sample('cutroom_tasks_submitted_total')).toBeGreaterThanOrEqual(2);
  await eventually('no watcher', async () => (await sample('cutroom_watchers')) === 0);
});

it('is there without the store, which is when it is needed', async () => {
  await under.store.close();
  expect(await sample('cutroom_store_up')).toBe(0);
  expect(await sample('cutroom_queue_depth')).toBeNull();
  expect(await sample('process_cpu_user_seconds_total')).toBeGreaterThan(0);
});
