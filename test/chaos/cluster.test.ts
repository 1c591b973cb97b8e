import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceError, status } from '@grpc/grpc-js';
import { MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForeignTask } from '../e2e/deployment.js';
import { eventually } from '../support/eventually.js';
import { skipWithoutMongod, withClient } from '../support/mongod.js';
import { startFleet, type FleetUnderTest } from './fleet-under-test.js';

/** How long things are broken. */
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 120);
const PRIMARY_EVERY_MS = 10_000;
/** A process is stopped and started anew, by turns; of every third turn a worker is killed with -9. */
const PROCESS_EVERY_MS = 6_000;
/** So many short tasks may be open: fewer than workers, which have time for each other's sections then. */
const AHEAD = 2;
const WATCHERS = 5;
const LONG_CLIPS = 24;

const short = { materials: [{ uri: 'busy.mp4' }], longest_clip: { seconds: 1 }, resolution: 144 };
/** In sections, which all workers render. */
const long = {
  materials: Array.from({ length: LONG_CLIPS }, () => ({ uri: 'busy.mp4' })),
  longest_clip: { seconds: 4 },
  resolution: 144,
};

interface Book {
  /** Names of the tasks that were acknowledged, and how often each submit was made until it was. */
  readonly acknowledged: Map<string, { readonly isLong: boolean }>;
  /** Watchers that saw the end of their task. */
  ended: number;
  readonly watches: Promise<void>[];
  /** Probes, by workers, that were answered. */
  probed: number;
  /** Calls and streams that broke off, and were made again. */
  unanswered: number;
  /** Answers other than UNAVAILABLE. */
  readonly wrong: string[];
}

/** Not a part of `npm test`: some minutes. `npm run chaos:cluster -- --seconds 120` */
describe.skipIf(skipWithoutMongod())('two apis and three workers on a replica set', () => {
  let fleet: FleetUnderTest;
  beforeAll(async () => {
    fleet = await startFleet({ apis: 2, workers: 3 });
    await fleet.media.video('busy.mp4', { size: '256x144', colors: [], secondsEach: 4, source: 'testsrc2' });
  }, 240_000);
  afterAll(() => fleet.close(), 60_000);

  it(
    'lose nothing and double nothing while primaries, processes and workers go',
    { timeout: (SECONDS + 900) * 1000 },
    async () => {
      const book: Book = { acknowledged: new Map(), ended: 0, probed: 0, watches: [], unanswered: 0, wrong: [] };
      const stop = new AbortController();
      const callers = [
        submitUntil(stop.signal, fleet, book, true),
        submitUntil(stop.signal, fleet, book, false),
        probeUntil(stop.signal, fleet, book),
      ];
      const [primaries, processes] = await Promise.all([
        breakPrimaries(fleet, SECONDS * 1000),
        breakProcesses(fleet, SECONDS * 1000),
      ]);
      stop.abort();
      await Promise.all(callers);
      const calmMs = performance.now();
      await eventually(
        'every watcher has seen the end of its task',
        () => book.ended === book.acknowledged.size * WATCHERS,
        300_000,
      );
      const recoveredMs = performance.now() - calmMs;
      await Promise.all(book.watches);

      const tasks = await allTasks(fleet, book);
      const lines = fleet.lines();
      const succeeded = countBy(
        lines
          .filter(({ msg, state }) => msg === 'attempt ended' && state === 'SUCCEEDED')
          .map(({ task }) => task ?? ''),
      );
      const claims = countBy(
        lines.filter(({ msg }) => msg === 'task claimed').map(({ task, revision }) => `${task ?? ''} ${revision ?? 0}`),
      );
      const isHelp = (msg: string) => msg === 'section rendered for another worker';
      console.log(
        [
          `${SECONDS} s: ${primaries.stepDowns} step-downs and ${primaries.kills} kills of primaries, ${processes.restarts} restarts of processes, ${processes.kills} kills of workers`,
          `${book.acknowledged.size} tasks acknowledged, ${[...book.acknowledged.values()].filter(({ isLong }) => isLong).length} of them long`,
          `${tasks.filter(({ attempt = 0 }) => attempt > 1).length} tasks had a further attempt, ${claims.size} claims`,
          `${lines.filter(({ msg }) => isHelp(msg)).length} sections were rendered for another worker`,
          `${book.probed} probes were answered by workers`,
          `${book.ended} watches saw their end, the last ${Math.round(recoveredMs / 100) / 10} s after calm`,
          `${book.unanswered} calls and streams broke off and were made again, ${fleet.failedStarts()} starts failed and were made again`,
        ].join('\n'),
      );
      expect(book.wrong).toEqual([]);
      // Lost: 0.
      expect(tasks.filter(({ state }) => state !== 'SUCCEEDED')).toEqual([]);
      expect(tasks.map(({ name }) => name).sort()).toEqual([...book.acknowledged.keys()].sort());
      // Doubled: 0.
      expect([...succeeded].filter(([, times]) => times > 1)).toEqual([]);
      expect([...claims].filter(([, times]) => times > 1)).toEqual([]);
      for (const task of tasks) await expectRightVideo(fleet, book, task);
      await withClient(fleet.uri, async (client) => {
        for (const name of ['steps', 'inspections'])
          await eventually(
            `no record is left in ${name}`,
            async () => (await client.db().collection(name).countDocuments()) === 0,
          );
      });
      expect(primaries.stepDowns + primaries.kills).toBeGreaterThanOrEqual(
        Math.floor((SECONDS * 1000) / PRIMARY_EVERY_MS / 2),
      );
    },
  );
});

/** As a client does: the same request again until it is acknowledged, and watched from then on by many. */
async function submitUntil(signal: AbortSignal, fleet: FleetUnderTest, book: Book, isLong: boolean): Promise<void> {
  let open = 0;
  const isOver = () => signal.aborted;
  while (!isOver()) {
    const request = { spec: { montage: isLong ? long : short }, request_id: randomUUID() };
    const { name } = await untilAnswered(fleet, book, 'SubmitTask', request);
    if (typeof name !== 'string') return;
    book.acknowledged.set(name, { isLong });
    open += 1;
    const watches = Array.from({ length: WATCHERS }, () => watchToEnd(fleet, book, name));
    book.watches.push(...watches);
    void watches[0]!.then(() => (open -= 1));
    while (!isOver() && open >= (isLong ? 1 : AHEAD)) await sleep(50);
  }
}

/** Looks at an input again and again, by an api that has no ffmpeg. */
async function probeUntil(signal: AbortSignal, fleet: FleetUnderTest, book: Book): Promise<void> {
  const isOver = () => signal.aborted;
  while (!isOver()) {
    const { video } = await untilAnswered(fleet, book, 'ProbeMedia', { uri: 'busy.mp4' });
    if ((video as { width?: number } | undefined)?.width !== 256) book.wrong.push('a probe has another width');
    book.probed += 1;
    await sleep(500);
  }
}

async function untilAnswered(
  fleet: FleetUnderTest,
  book: Book,
  method: string,
  request: object,
): Promise<Record<string, unknown>> {
  for (;;) {
    try {
      return await fleet.api().call(method, { ...request });
    } catch (error) {
      note(book, error);
      await sleep(100);
    }
  }
}

function note(book: Book, error: unknown): void {
  const { code, details } = error as ServiceError;
  book.unanswered += 1;
  // Cancelled: by ourselves, when the client of a process that is gone was closed.
  if (code !== status.UNAVAILABLE && code !== status.CANCELLED) book.wrong.push(`${code} ${details}`);
}

/** Resumes where it was, at another api, as often as its stream breaks off. */
async function watchToEnd(fleet: FleetUnderTest, book: Book, name: string): Promise<void> {
  let [state, revision] = ['', '0'];
  while (!['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(state)) {
    try {
      for await (const event of fleet.api().watch({ name, after_revision: revision })) {
        const { task } = event as { task?: ForeignTask };
        if (task && BigInt(task.revision) < BigInt(revision))
          book.wrong.push(`${name} went back from ${revision} to ${task.revision}`);
        if (task) ({ state, revision } = task);
      }
    } catch (error) {
      note(book, error);
      await sleep(100);
    }
  }
  book.ended += 1;
}

async function breakPrimaries(
  { mongod }: FleetUnderTest,
  forMs: number,
): Promise<{ stepDowns: number; kills: number }> {
  const done = { stepDowns: 0, kills: 0 };
  const endMs = performance.now() + forMs;
  for (let turn = 0; performance.now() < endMs; turn += 1) {
    const nextMs = performance.now() + PRIMARY_EVERY_MS;
    const primary = await eventually(
      'there is a primary',
      () =>
        withClient(`${mongod.uri}&serverSelectionTimeoutMS=5000`, async (client) =>
          String((await client.db('admin').command({ hello: 1 })).primary),
        ).catch(() => null),
      60_000,
    );
    const node = mongod.nodes.find(({ port }) => primary.endsWith(`:${port}`));
    if (!node) throw new Error(`no node is ${primary}`);
    if (turn % 2 === 0) {
      const isDone = await withClient(node.directUri, (client) =>
        client.db('admin').command({ replSetStepDown: 20, secondaryCatchUpPeriodSecs: 5 }),
      ).then(
        () => true,
        // No other was far enough behind it to take over: it stays.
        (error: unknown) => {
          if (error instanceof MongoServerError) return false;
          throw error;
        },
      );
      if (isDone) done.stepDowns += 1;
    } else {
      node.signal('SIGKILL');
      await node.exited();
      done.kills += 1;
      await sleep(2000);
      await node.start();
    }
    await sleep(Math.max(0, Math.min(nextMs, endMs) - performance.now()));
  }
  return done;
}

async function breakProcesses(fleet: FleetUnderTest, forMs: number): Promise<{ restarts: number; kills: number }> {
  const done = { restarts: 0, kills: 0 };
  const endMs = performance.now() + forMs;
  const workers = fleet.names.filter((name) => name.startsWith('worker'));
  for (let turn = 0; performance.now() < endMs; turn += 1) {
    const nextMs = performance.now() + PROCESS_EVERY_MS;
    const isKill = turn % 3 === 2;
    const name = isKill ? workers[done.kills % workers.length]! : fleet.names[done.restarts % fleet.names.length]!;
    if (isKill) {
      await fleet.kill(name);
      done.kills += 1;
    } else {
      await fleet.stop(name);
      done.restarts += 1;
    }
    await fleet.start(name);
    await sleep(Math.max(0, Math.min(nextMs, endMs) - performance.now()));
  }
  return done;
}

async function allTasks(fleet: FleetUnderTest, book: Book): Promise<readonly ForeignTask[]> {
  const all: ForeignTask[] = [];
  for (let page_token = ''; ;) {
    const { tasks = [], next_page_token: next = '' } = await untilAnswered(fleet, book, 'ListTasks', {
      page_size: 100,
      page_token,
    });
    all.push(...(tasks as ForeignTask[]));
    if (next === '') return all;
    page_token = next as string;
  }
}

async function expectRightVideo(fleet: FleetUnderTest, book: Book, { name }: ForeignTask): Promise<void> {
  const { outputs } = (await untilAnswered(fleet, book, 'GetTask', { name })) as unknown as ForeignTask;
  expect(outputs, name).toHaveLength(1);
  const { url, sha256, frame_count: frames } = outputs[0]!;
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sha256);
  expect(frames, name).toBe(book.acknowledged.get(name)!.isLong ? LONG_CLIPS * 4 * 30 : 30);
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
