/**
 * A process of `fleet-claims.mjs`: at its first message it opens a database, at each further one it claims and finishes tasks until none is queued, and says how many, and when the last was stored. As
 * `pool` it is the product's worker, with a renderer that has nothing to do; as `bare` so many loops of the same compare-and-sets by the driver alone.
 */
import { randomUUID } from 'node:crypto';

const CANDIDATES = 16;
let work = null;

process.on('message', (message) => {
  if (message.uri === undefined) void work().then((done) => process.send(done));
  else
    void (message.kind === 'pool' ? preparePool(message) : prepareBare(message)).then((run) => {
      work = async () => {
        const before = process.cpuUsage();
        const { tasks, endMs } = await run();
        const { user, system } = process.cpuUsage(before);
        return { tasks, endMs, cpuMs: (user + system) / 1000 };
      };
      process.send({});
    });
});
process.once('disconnect', () => process.exit());

async function preparePool({ uri, slots }) {
  const { createMongoStore } = await import('../dist/src/store/mongo/mongo-store.js');
  const { createWorkerPool } = await import('../dist/src/worker/worker-pool.js');
  const { createPreviews } = await import('../dist/src/task/previews.js');
  const { systemClock } = await import('../dist/src/app/system-clock.js');
  const store = await createMongoStore({ uri, callDeadlineMs: 60_000 });
  let done = noneDone();
  let idle = () => undefined;
  const ended = () => {
    done = oneMore(done);
  };
  const events = new Proxy({}, { get: (_, name) => (name === 'attemptEnded' ? ended : () => undefined) });
  const renderer = { render: async () => ({ outputs: [], warnings: [] }) };
  return async () => {
    done = noneDone();
    const pool = createWorkerPool({
      ...{ store, renderer, events, slots, previews: createPreviews(), clock: systemClock, owner: randomUUID() },
      ...{ assistant: null, build: null, machine: { problem: async () => null } },
      outputs: { discardAttempt: async () => undefined, discard: async () => undefined, async *attempts() {} },
      uploader: { of: () => ({ check: () => null, put: async () => ({ kind: 'DONE', url: '' }) }) },
      parseSpec: () => ({ form: {}, outputs: [] }),
      ...{ leaseMs: 60_000, heartbeatMs: 5_000, progressIntervalMs: 1_000, sweepIntervalMs: 60_000 },
    });
    pool.start();
    const drained = new Promise((resolve) => (idle = resolve));
    const timer = setInterval(async () => {
      if (pool.running() === 0 && (await store.queued(1, { after: '' })).length === 0) idle();
    }, 250);
    await drained;
    clearInterval(timer);
    await pool.stop({ graceMs: 1_000 });
    return done;
  };
}

async function prepareBare({ uri, slots }) {
  const { MongoClient } = await import('mongodb');
  const { replacement, taskOf, TASK_ONLY, versionFilter } = await import('../dist/src/store/mongo/task-document.js');
  const { claimed, succeeded } = await import('../dist/src/task/lifecycle.js');
  const options = { readConcern: { level: 'majority' }, writeConcern: { w: 'majority' } };
  const tasks = (await new MongoClient(uri, options).connect()).db().collection('tasks');
  let done = noneDone();
  const loop = async () => {
    for (;;) {
      const found = await tasks
        .find(
          { state: 'QUEUED' },
          { projection: TASK_ONLY, sort: { tenant: 1, queueRankMs: 1, _id: 1 }, limit: CANDIDATES },
        )
        .toArray();
      if (found.length === 0) return;
      const from = taskOf(found[Math.floor(Math.random() * found.length)]);
      const running = claimed(from, { attemptId: randomUUID(), owner: 'bare', nowMs: Date.now() });
      const claim = await tasks.updateOne(versionFilter(from), replacement(running, 60_000));
      if (claim.matchedCount === 0) continue;
      const end = succeeded(running, { outputs: [], warnings: [] }, Date.now());
      await tasks.updateOne(versionFilter(running), replacement(end, null));
      done = oneMore(done);
    }
  };
  return async () => {
    done = noneDone();
    await Promise.all(Array.from({ length: slots }, loop));
    return done;
  };
}

function noneDone() {
  return { tasks: 0, endMs: 0 };
}

function oneMore({ tasks }) {
  return { tasks: tasks + 1, endMs: Date.now() };
}
