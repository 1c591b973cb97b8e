import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createMongoStore } from '../../src/store/mongo/mongo-store.js';
import { CallError } from '../../src/task/call-error.js';
import type { TaskHint } from '../../src/task/ports/task-feed.js';
import type { Store } from '../../src/task/ports/store.js';
import type { Task } from '../../src/task/task.js';
import { claimed, progressed, succeeded } from '../../src/task/lifecycle.js';
import { newTask } from '../support/new-task.js';
import { skipWithoutMongod, startMongod, withClient, type Mongod } from '../support/mongod.js';

const KILLS = 5;
const lease = { leaseMs: 600_000 };
const progress = {
  phase: 'RENDERING',
  percent: 40,
  framesDone: 4,
  framesTotal: 10,
  outTimeUs: 1,
  speed: 1,
  phaseTimings: [],
  remainingMs: null,
} as const;

/** What the store has acknowledged. */
interface Log {
  /** The newest acknowledged version of each task. */
  readonly acknowledged: Map<string, Task>;
  /** For each claim (task and fence): by how many it is held. */
  readonly claims: Map<string, number>;
  unknown: number;
}

/**
 * Primaries of three nodes die by kill -9, one after another, under two processes that submit and eight that compete for each task.
 * Not a part of `npm test`: a minute or so. `npm run test:chaos`
 */
describe.skipIf(skipWithoutMongod())('the service on MongoDB while primaries are killed', () => {
  it('loses no acknowledged task, and gives no task to two workers', { timeout: 240_000 }, async () => {
    const mongod = await startMongod({ nodes: 3 });
    const stores = await Promise.all([1, 2].map(() => createMongoStore({ uri: mongod.uriOf('chaos') })));
    const log: Log = { acknowledged: new Map(), claims: new Map(), unknown: 0 };
    const hints = new Map<string, number>();
    let gaps = 0;
    stores[0]!.feed.subscribe({
      onHint: (hint) => {
        remember(hints, hint);
      },
      onGap: () => {
        gaps += 1;
      },
    });
    try {
      const stop = new AbortController();
      const work = [
        ...stores.map((store) => submitUntil(store, log, stop.signal)),
        ...Array.from({ length: 8 }, (_, i) => renderUntil(stores[i % 2]!, `w${i}`, log, stop.signal)),
      ];
      await killPrimaries(mongod);
      stop.abort();
      await Promise.all(work);
      await vi.waitFor(() => stores[0]!.ping(), { timeout: 20_000, interval: 100 });
      console.log(
        `${log.acknowledged.size} tasks, ${log.claims.size} claims, ${log.unknown} outcomes unknown to callers, ${gaps} gaps`,
      );
      await expectNothingLost(stores[0]!, log);
      expect(gaps).toBe(0);
      await vi.waitFor(() => {
        for (const [id, task] of log.acknowledged) expect(hints.get(id)).toBeGreaterThanOrEqual(task.revision);
      }, 10_000);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await mongod.stop();
    }
  });
});

async function expectNothingLost(store: Store, log: Log): Promise<void> {
  expect(log.acknowledged.size).toBeGreaterThan(100);
  expect([...log.claims.values()].filter((holders) => holders > 1)).toEqual([]);
  for (const [id, task] of log.acknowledged) {
    const stored = await store.get({ tenant: 'default', id });
    expect(stored, id).not.toBeNull();
    if (stored?.revision === task.revision) expect(stored).toEqual(task);
    else expect(stored?.revision).toBeGreaterThan(task.revision);
    if (task.state === 'SUCCEEDED') expect(stored).toEqual(task);
  }
}

async function submitUntil(store: Store, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const task = newTask({ id: randomUUID(), requestId: randomUUID(), maxAttempts: 2, nowMs: Date.now() });
    // As a client does: the same request again until it is acknowledged. It is one task in the end, whatever became of the tries.
    for (;;) {
      const result = await known(log, () => store.insert(task, '{}'));
      if (result === null) continue;
      expect(result.kind === 'inserted' ? task.id : result.task.id).toBe(task.id);
      break;
    }
    if ((log.acknowledged.get(task.id)?.revision ?? 0) < 1) log.acknowledged.set(task.id, task);
    await sleep(20);
  }
}

async function renderUntil(store: Store, owner: string, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const head = (await known(log, () => store.queued(4, { after: '' }))) ?? [];
    const queued = head[Math.floor(Math.random() * head.length)];
    if (queued === undefined) {
      await sleep(10);
      continue;
    }
    const running = claimed(queued, { attemptId: randomUUID(), owner, nowMs: Date.now() });
    if ((await known(log, () => store.replace(queued, running, lease))) !== true) continue;
    const claim = `${running.id} ${running.fence}`;
    log.claims.set(claim, (log.claims.get(claim) ?? 0) + 1);
    log.acknowledged.set(running.id, running);
    const further = progressed(running, progress, Date.now());
    const done = succeeded(further, { outputs: [], warnings: [] }, Date.now());
    for (const [from, to] of [
      [running, further],
      [further, done],
    ] as const) {
      const isStored = await known(log, () => store.replace(from, to, lease));
      // Nobody else touches a task that is held: a refusal would mean that our own write was mistaken for another's.
      expect(isStored).not.toBe(false);
      if (isStored === null) break;
      log.acknowledged.set(to.id, to);
    }
  }
}

/** Null: the store did not answer. */
async function known<T>(log: Log, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof CallError) || error.detail.reason !== 'STORE_UNAVAILABLE') throw error;
    log.unknown += 1;
    return null;
  }
}

async function killPrimaries(mongod: Mongod): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(2000);
    const primary = await withClient(`${mongod.uri}&serverSelectionTimeoutMS=5000`, async (client) =>
      String((await client.db('admin').command({ hello: 1 })).primary),
    );
    const node = mongod.nodes.find((candidate) => primary.endsWith(`:${candidate.port}`));
    if (node === undefined) throw new Error(`there is no primary to kill: ${primary}`);
    node.signal('SIGKILL');
    await node.exited();
    await sleep(2000);
    await node.start();
  }
}

function remember(hints: Map<string, number>, { key, revision }: TaskHint): void {
  hints.set(key.id, Math.max(hints.get(key.id) ?? 0, revision));
}
