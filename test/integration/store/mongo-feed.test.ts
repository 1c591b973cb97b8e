import { pullWatch } from '../../support/pull-watch.js';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { progressed } from '../../../src/task/lifecycle.js';
import type { TaskHint } from '../../../src/task/ports/task-feed.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { createPreviews } from '../../../src/task/previews.js';
import { createQueueView } from '../../../src/task/queue-view.js';
import { createTaskHub } from '../../../src/task/task-hub.js';
import { systemClock } from '../../../src/app/system-clock.js';
import { insertQueued, insertRunning, LONG_MS } from '../../contract/store-under-test.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';

const PROGRESS = {
  phase: 'RENDERING',
  framesTotal: 99,
  outTimeUs: 1,
  speed: 1,
  phaseTimings: [],
  remainingMs: null,
} as const;

describe.skipIf(skipWithoutMongod())('the feed of the MongoDB store', () => {
  let mongod: Mongod;
  let store: Store;
  let other: Store;

  beforeAll(async () => {
    mongod = await startMongod();
  });
  afterAll(async () => {
    await mongod.stop();
  });
  beforeEach(async () => {
    const uri = mongod.uriOf(`feed-${randomUUID()}`);
    [store, other] = [await createMongoStore({ uri }), await createMongoStore({ uri })];
  });
  afterEach(async () => {
    await Promise.all([store.close(), other.close()]);
  });

  async function advance(task: Task, percent: number): Promise<Task> {
    const next = progressed(task, { ...PROGRESS, percent, framesDone: percent }, 3);
    expect(await other.replace(task, next, { leaseMs: LONG_MS })).toBe(true);
    return next;
  }

  // A large document is announced by the fields that changed, a small one as a whole.
  it.each([
    ['small', {}],
    ['large', Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`label-${i}`, 'x'.repeat(200)]))],
  ])('leaves out the progress of a %s task of another process that nobody follows here', async (_, labels) => {
    const hints: TaskHint[] = [];
    store.feed.subscribe({ onHint: (hint) => hints.push(hint), onGap: () => undefined });
    let task = await insertRunning(other, LONG_MS, { labels });
    for (let percent = 1; percent <= 5; percent += 1) task = await advance(task, percent);
    // What is stored after it is told after it.
    const last = await insertQueued(other);
    await vi.waitFor(() => {
      expect(hints.some(({ key }) => key.id === last.id)).toBe(true);
    }, 60_000);
    expect(hints.filter(({ key }) => key.id === task.id).map(({ revision, state }) => [revision, state])).toEqual([
      [1, 'QUEUED'],
      [2, 'RUNNING'],
    ]);
  });

  it('announces the progress of another process to the watchers of the task', async () => {
    const hub = createTaskHub({
      store,
      clock: systemClock,
      queue: createQueueView({ store, clock: systemClock }),
      previews: createPreviews(),
      heartbeatMs: 60_000,
    });
    const task = await insertRunning(other);
    const signal = AbortSignal.timeout(10_000);
    const seen: number[] = [];
    for await (const event of pullWatch(hub, task, { afterRevision: null, signal })) {
      if (event.kind !== 'task') continue;
      seen.push(event.task.percent);
      if (event.task.percent === 7) break;
      await advance(event.task, 7);
    }
    hub.close();
    expect(seen).toEqual([0, 7]);
  });
});
