import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Backend,
  deploy,
  type Deployment,
  ffmpegsOf,
  type ForeignTask,
  get,
  isAlive,
  watchToEnd,
} from '../e2e/deployment.js';
import { eventually } from '../support/eventually.js';
import type { ForeignClient } from '../support/foreign-client.js';
import { skipWithoutMongod, withClient } from '../support/mongod.js';
import { namesBelow } from '../support/names-below.js';
import type { SpawnedService } from '../support/spawned-service.js';

const KILLS = 20;
/** As many tasks may be waiting or running before the next is submitted, by each of two callers. */
const AHEAD = 3;
const ENV = { CUTROOM_LEASE_MS: '3000', CUTROOM_HEARTBEAT_MS: '500', CUTROOM_SWEEP_MS: '200' };
/** A second or so of work: kills hit it in every phase. */
const montage = {
  materials: Array.from({ length: 3 }, () => ({ uri: 'busy.mp4' })),
  longest_clip: { seconds: 1 },
  resolution: 240,
};

/** What callers were told. */
interface Log {
  /** Names of the tasks that were acknowledged. */
  readonly acknowledged: Set<string>;
  /** Calls that ended without an answer, and were made again with the same request id. */
  unanswered: number;
}

/** Not a part of `npm test`: some minutes. `npm run test:chaos` */
const setups: { backend: Backend; services: number }[] = [
  { backend: 'SQLite', services: 1 },
  ...(skipWithoutMongod() ? [] : [{ backend: 'MongoDB' as const, services: 2 }]),
];

describe.each(setups)('$services service(s) on $backend, killed again and again,', ({ backend, services }) => {
  let place: Deployment;
  beforeEach(async () => {
    place = await deploy(backend);
    await place.media.video('busy.mp4', { size: '640x360', colors: [], secondsEach: 3, source: 'testsrc2' });
  });
  afterEach(() => place.close());

  it('render one right video for every acknowledged submit', { timeout: 600_000 }, async () => {
    const running: { service: SpawnedService; client: ForeignClient }[] = [];
    const start = async (slot: number) => {
      const service = await place.start(ENV);
      running[slot] = { service, client: place.client(service) };
    };
    for (let slot = 0; slot < services; slot += 1) await start(slot);

    const log: Log = { acknowledged: new Set(), unanswered: 0 };
    const stop = new AbortController();
    const any = () => running[Math.floor(Math.random() * running.length)]!.client;
    const callers = [1, 2].map(() => submitUntil(stop.signal, any, log));
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(500 + Math.random() * 4_500);
      await eventually(
        'no task would be hit a third time',
        async () => (await tasksOf(any())).every((task) => !isWorn(task)),
        60_000,
      );
      const slot = kill % services;
      const { service } = running[slot]!;
      const ffmpegs = await ffmpegsOf(service.pid);
      await service.kill();
      await eventually(
        'its ffmpeg is dead',
        async () => !(await Promise.all(ffmpegs.map(isAlive))).includes(true),
        2_000,
      );
      await start(slot);
    }
    stop.abort();
    await Promise.all(callers);

    const { client } = running[0]!;
    const ends = await Promise.all(
      [...log.acknowledged].map(async (name) => (await watchToEnd(client, name)).at(-1)!.task),
    );
    const again = ends.filter((task) => (task.attempt ?? 0) > 1).length;
    console.log(
      `${backend}: ${KILLS} kills, ${ends.length} tasks acknowledged, ${again} of them rendered again, ${log.unanswered} calls without an answer`,
    );
    expect(ends.filter(({ state }) => state !== 'SUCCEEDED')).toEqual([]);
    expect(ends.length).toBeGreaterThan(KILLS);
    expect(again).toBeGreaterThan(0);
    for (const task of ends) await expectRightVideo(await get(client, task.name));
    // Nothing else is there: no task that nobody was told of, no file of an attempt that died.
    expect((await tasksOf(client)).map(({ name }) => name).sort()).toEqual([...log.acknowledged].sort());
    expect((await publishedIn(place)).filter((name) => name.endsWith('.mp4')).length).toBe(ends.length);
    expect((await namesBelow(join(place.dataDir, 'scratch'))).filter((name) => name.endsWith('.mp4'))).toEqual([]);
  });
});

/** The names of all published files: on MongoDB they are in GridFS. */
function publishedIn({ uri, dataDir }: Deployment): Promise<readonly string[]> {
  if (uri === null) return namesBelow(join(dataDir, 'outputs'));
  return withClient(uri, (client) =>
    client
      .db()
      .collection('objects.files')
      .distinct('filename', { filename: /^outputs/ }),
  );
}

/** A task that takes three workers down with it is not given to a fourth, which is right, but not what is looked at here. */
function isWorn({ state, attempt = 0 }: ForeignTask): boolean {
  return (state === 'QUEUED' && attempt >= 2) || (state === 'RUNNING' && attempt >= 3);
}

/** As a client does: the same request again until it is acknowledged. */
async function submitUntil(signal: AbortSignal, client: () => ForeignClient, log: Log): Promise<void> {
  const open: string[] = [];
  const isOver = () => signal.aborted;
  while (!isOver()) {
    const request = { spec: { montage }, request_id: randomUUID() };
    const { name } = await untilAnswered(log, () => client().call('SubmitTask', request));
    log.acknowledged.add(name as string);
    open.push(name as string);
    while (!isOver() && open.length >= AHEAD) {
      const { state } = await untilAnswered(log, () => client().call('GetTask', { name: open[0] }));
      if (state === 'SUCCEEDED') open.shift();
      else await sleep(100);
    }
  }
}

async function untilAnswered<T>(log: Log, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as ServiceError).code !== status.UNAVAILABLE) throw error;
      log.unanswered += 1;
      await sleep(50);
    }
  }
}

async function expectRightVideo(task: ForeignTask): Promise<void> {
  expect(task.outputs.length).toBe(1);
  const { sha256, size_bytes, frame_count } = task.outputs[0]!;
  expect(frame_count).toBe(90);
  const response = await fetch(task.videos![0]!);
  expect(response.status).toBe(200);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([Number(size_bytes), sha256]);
}

async function tasksOf(client: ForeignClient): Promise<ForeignTask[]> {
  const tasks: ForeignTask[] = [];
  let page_token = '';
  do {
    const page = (await client.call('ListTasks', { page_size: 1_000, page_token })) as {
      tasks?: ForeignTask[];
      next_page_token?: string;
    };
    tasks.push(...(page.tasks ?? []));
    page_token = page.next_page_token ?? '';
  } while (page_token !== '');
  return tasks;
}
