import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceError, status } from '@grpc/grpc-js';
import { expect } from 'vitest';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/mongod.js';
import type { ForeignTask } from '../e2e/deployment.js';
import type { FleetUnderTest } from './fleet-under-test.js';

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

/** What callers were told. */
interface Book {
  /** Names of the tasks that were acknowledged, and how often each submit was made until it was. */
  readonly acknowledged: Map<string, { readonly isLong: boolean }>;
  /** Watchers that saw the end of their task. */
  ended: number;
  /** For each of them, when it saw the end, and when the task says that it ended; Unix milliseconds. */
  readonly ends: { readonly seenMs: number; readonly endedMs: number }[];
  readonly watches: Promise<void>[];
  /** Probes, by workers, that were answered. */
  probed: number;
  /** Calls and streams that broke off, and were made again. */
  unanswered: number;
  /** Answers other than UNAVAILABLE. */
  readonly wrong: string[];
}

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
  let endedMs = 0;
  while (!['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(state)) {
    try {
      for await (const event of fleet.api().watch({ name, after_revision: revision })) {
        const { task } = event as { task?: ForeignTask };
        if (task && BigInt(task.revision) < BigInt(revision))
          book.wrong.push(`${name} went back from ${revision} to ${task.revision}`);
        if (!task) continue;
        ({ state, revision } = task);
        const { end_time: end } = task as { readonly end_time?: { readonly seconds: string; readonly nanos: number } };
        if (end) endedMs = Number(end.seconds) * 1000 + end.nanos / 1e6;
      }
    } catch (error) {
      note(book, error);
      await sleep(100);
    }
  }
  book.ended += 1;
  book.ends.push({ seenMs: Date.now(), endedMs });
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

function newBook(): Book {
  return { acknowledged: new Map(), ended: 0, ends: [], probed: 0, watches: [], unanswered: 0, wrong: [] };
}

/**
 * How long records may stay once all tasks have ended. A question to workers whose asker could not take it back stays until it expires, after two minutes and the time that a
 * worker has to take it; the server looks for such records once a minute.
 */
const GONE_MS = { steps: 10_000, inspections: 260_000 };

/**
 * Has callers submit, watch and probe while `breakThings` does so, and counts afterwards: nothing lost, nothing doubled, no wrong bytes, no answer but UNAVAILABLE, no record left.
 * Prints what there was. @returns what `breakThings` answers.
 */
export async function underLoad<T>(
  fleet: FleetUnderTest,
  { title, breakThings }: { readonly title: string; readonly breakThings: () => Promise<T> },
): Promise<T> {
  const book = newBook();
  const stop = new AbortController();
  const callers = [
    submitUntil(stop.signal, fleet, book, true),
    submitUntil(stop.signal, fleet, book, false),
    probeUntil(stop.signal, fleet, book),
  ];
  const done = await breakThings();
  const calmMs = Date.now();
  stop.abort();
  await Promise.all(callers);
  await eventually(
    'every watcher has seen the end of its task',
    () => book.ended === book.acknowledged.size * WATCHERS,
    300_000,
  );
  const recoveredMs = Date.now() - calmMs;
  await Promise.all(book.watches);

  const tasks = await allTasks(fleet, book);
  const lines = fleet.lines();
  const ofMessage = (wanted: string) => lines.filter(({ msg }) => msg === wanted);
  const succeeded = countBy(
    ofMessage('attempt ended').flatMap(({ state, task }) => (state === 'SUCCEEDED' ? [task ?? ''] : [])),
  );
  const claims = countBy(ofMessage('task claimed').map(({ task, revision }) => `${task ?? ''} ${revision ?? 0}`));
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  const late = Math.max(0, ...book.ends.map(({ seenMs, endedMs }) => seenMs - Math.max(endedMs, calmMs)));
  console.log(
    [
      `${title}: ${JSON.stringify(done)}`,
      `${book.acknowledged.size} tasks acknowledged, ${[...book.acknowledged.values()].filter(({ isLong }) => isLong).length} of them long`,
      `${tasks.filter(({ attempt = 0 }) => attempt > 1).length} tasks had a further attempt, ${claims.size} claims`,
      `${ofMessage('section rendered for another worker').length} sections were rendered for another worker`,
      `${book.probed} probes were answered by workers`,
      `${book.ended} watches saw their end, the last ${seconds(recoveredMs)} s after calm; ends that calm had, or came after it, were seen ${seconds(late)} s later at most`,
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
    for (const [name, limitMs] of Object.entries(GONE_MS))
      await eventually(
        `no record is left in ${name}`,
        async () => (await client.db().collection(name).countDocuments()) === 0,
        limitMs,
      );
  });
  return done;
}
