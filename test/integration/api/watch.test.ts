import { once } from 'node:events';
import type { ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { cancelled, claimed, progressed, succeeded } from '../../../src/task/lifecycle.js';
import { newTask } from '../../support/new-task.js';
import type { Task } from '../../../src/task/task.js';
import { eventually } from '../../support/eventually.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';
import { connect, decodeError, type ForeignClient } from '../../support/foreign-client.js';

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

async function storeTask(under: ApiUnderTest, id: string): Promise<Task> {
  const task = newTask({ id, requestId: null, maxAttempts: 2, nowMs: Date.now() });
  await under.store.insert(task, '{}');
  return task;
}

const run = (task: Task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() });
const finish = (task: Task) => succeeded(task, { outputs: [], warnings: [] }, Date.now());
const advance = (frames: number) => (task: Task) =>
  progressed(
    task,
    {
      phase: 'RENDERING',
      percent: frames,
      framesDone: frames,
      framesTotal: 100,
      outTimeUs: 0,
      speed: 1,
      phaseTimings: [],
      remainingMs: null,
    },
    Date.now(),
  );

interface Watched {
  readonly events: {
    task?: { state: string; revision: string; queue_place?: { position: number } | null };
    heartbeat?: { queue_place: { position: number } | null };
  }[];
  readonly states: string[];
  /** Resolves with the error that the stream ended with, or null when it ended with OK. */
  readonly end: Promise<ServiceError | null>;
}

function follow(client: ForeignClient, request: Record<string, unknown>): Watched {
  const stream = client.watch(request);
  const events: Watched['events'] = [];
  const states: string[] = [];
  stream.on('data', (event: Watched['events'][number]) => {
    events.push(event);
    if (event.task) states.push(event.task.state);
  });
  const end = new Promise<ServiceError | null>((resolve) => {
    stream.on('end', () => {
      resolve(null);
    });
    stream.on('error', (error: ServiceError) => {
      resolve(error);
    });
  });
  return { events, states, end };
}

describe('WatchTask', () => {
  it('tells the place in the queue, with the task and with each heartbeat, until a worker takes it', async () => {
    const { under, client } = await start({ heartbeatMs: 200 });
    await under.store.insert(newTask({ id: 'first', nowMs: Date.now() - 1_000 }), '{}');
    await storeTask(under, 'second');
    const second = follow(client, { name: 'tasks/second' });
    await eventually('the first event', () => second.events.length > 0);
    expect(second.events[0]?.task?.queue_place).toMatchObject({ position: 2 });
    await under.change('first', run);
    const isNext = () => second.events.some(({ heartbeat }) => heartbeat?.queue_place?.position === 1);
    await eventually('a heartbeat with the new place', isNext);
    await under.change('second', run);
    await eventually('RUNNING', () => second.states.includes('RUNNING'));
    expect(second.events.at(-1)?.task?.queue_place ?? null).toBeNull();
    await under.change('second', finish);
    expect(await second.end).toBeNull();
    const answer = await fetch(`${under.httpUrl}/v1/tasks/second`);
    expect(await answer.json()).toMatchObject({ queuePlace: null });
  });

  it('sends every watcher the start and the end, at rising revisions, and ends with OK', async () => {
    const { under, client } = await start();
    await storeTask(under, 'a');
    const watchers = [1, 2, 3].map(() => follow(client, { name: 'tasks/a' }));
    for (const watched of watchers) await eventually('the first event', () => watched.events.length > 0);
    await under.change('a', run);
    for (const watched of watchers) await eventually('RUNNING', () => watched.states.includes('RUNNING'));
    await under.change('a', advance(10));
    await under.change('a', finish);
    for (const watched of watchers) {
      expect(await watched.end).toBeNull();
      expect(watched.states[0]).toBe('QUEUED');
      expect(watched.states.at(-1)).toBe('SUCCEEDED');
      const revisions = watched.events.map((event) => Number(event.task!.revision));
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    }
  });

  it('sends nothing up to after_revision, and an empty stream when the task ended at it', async () => {
    const { under, client } = await start();
    await storeTask(under, 'a');
    const waiting = follow(client, { name: 'tasks/a', after_revision: '1' });
    await under.change('a', (task) => cancelled(task, Date.now()));
    expect(await waiting.end).toBeNull();
    expect(waiting.events.map((event) => event.task?.revision)).toEqual(['2']);

    const late = follow(client, { name: 'tasks/a', after_revision: '2' });
    expect(await late.end).toBeNull();
    expect(late.events).toEqual([]);
  });

  it('sends heartbeats while nothing changes', async () => {
    const { under, client } = await start({ heartbeatMs: 20 });
    await storeTask(under, 'a');
    const watched = follow(client, { name: 'tasks/a' });
    await eventually('two heartbeats', () => watched.events.filter((event) => event.heartbeat).length >= 2);
    expect(watched.states).toEqual(['QUEUED']);
  });

  it('refuses an unknown task and a negative revision', async () => {
    const { client } = await start();
    const unknown = decodeError((await follow(client, { name: 'tasks/nope' }).end)!);
    expect(unknown).toMatchObject({ code: 5, details: { 'google.rpc.ErrorInfo': { reason: 'TASK_NOT_FOUND' } } });
    const negative = decodeError((await follow(client, { name: 'tasks/a', after_revision: '-1' }).end)!);
    expect(negative.code).toBe(3);
    expect(negative.details['google.rpc.BadRequest']).toMatchObject({
      field_violations: [{ field: 'after_revision' }],
    });
  });

  it('ends with UNAVAILABLE and a RetryInfo when the server drains', async () => {
    const { under, client } = await start();
    await storeTask(under, 'a');
    const watched = follow(client, { name: 'tasks/a' });
    await eventually('the first event', () => watched.events.length > 0);
    under.api.drain();
    const error = decodeError((await watched.end)!);
    expect(error.code).toBe(14);
    expect(error.details).toMatchObject({
      'google.rpc.ErrorInfo': { reason: 'DRAINING' },
      'google.rpc.RetryInfo': { retry_delay: { seconds: '1' } },
    });
  });

  it('forgets a watcher that leaves', async () => {
    const { under, client } = await start();
    await storeTask(under, 'a');
    const stream = client.watch({ name: 'tasks/a' });
    stream.on('error', () => undefined);
    await once(stream, 'data');
    stream.cancel();
    const line = await eventually('the line of the call', () =>
      under.log.find((entry) => entry.method === 'WatchTask'),
    );
    expect(line).toMatchObject({ code: 'CANCELLED', task: 'tasks/a' });
  });
});

describe('a watcher that stops reading', () => {
  /** More than the window of a stream and the buffers of both sides hold. */
  const large = (task: Task): Task => ({
    ...advance(1)(task),
    warnings: [{ code: 'CUE_AFTER_END', message: 'x'.repeat(100_000), field: '', count: 1 }],
  });

  it('is cut with RESOURCE_EXHAUSTED, while others go on', async () => {
    const { under, client } = await start({ watcherStallMs: 2_000 });
    const other = connect(under.grpcAddress);
    closers.push(() => {
      other.close();
    });
    await storeTask(under, 'a');
    const stalled = client.watch({ name: 'tasks/a' });
    // From the start: under load the cut may come while the test is still sending.
    const error = new Promise<ServiceError>((resolve) =>
      stalled.on('error', (e: Error) => {
        resolve(e as ServiceError);
      }),
    );
    await once(stalled, 'data');
    stalled.pause();
    const reading = follow(other, { name: 'tasks/a' });
    await under.change('a', run);
    // A client of grpc-js takes some sixteen messages more before it stops reading from its connection.
    for (let i = 0; i < 20; i += 1) {
      const { revision } = await under.change('a', large);
      await eventually(
        'the event at the other watcher',
        () => reading.events.at(-1)?.task?.revision === String(revision),
      );
    }

    const line = await eventually('the end of the stalled call', () =>
      under.log.find((entry) => entry.code === 'RESOURCE_EXHAUSTED'),
    );
    expect(line).toMatchObject({ method: 'WatchTask', task: 'tasks/a' });
    stalled.resume();
    expect((await error).code).toBe(8);

    await under.change('a', finish);
    expect(await reading.end).toBeNull();
    expect(reading.states.at(-1)).toBe('SUCCEEDED');
  });
});
