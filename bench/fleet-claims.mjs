/**
 * `npm run bench:fleet -- --claims`: how many tasks a second do 1, 2, 4 and 8 worker processes claim and finish, whose renderer has nothing to do, against bare loops of the same compare-and-sets in as
 * many processes with as many at once? By turns, on a replica set of one node. Prints a `RESULT` line for each: the ratio of the rates, the CPU time of the workers for a task, and the writes of a task.
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMongod } from '../scripts/lib/mongod.mjs';
import { startReplicaSet } from '../scripts/lib/replica-set.mjs';
import { dim, say } from '../scripts/lib/say.mjs';

const SLOTS = 4;
const GOALS = { rate: 0.9, cpu: 1.5 };

/** @param {{ tasks: number, counts: readonly number[] }} options of each run; the numbers of processes */
export async function benchClaims({ tasks, counts }) {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-claims-'));
  const set = await startReplicaSet(await ensureMongod(), folder, { nodes: 1 });
  try {
    const costs = [];
    for (const count of counts) {
      const bare = await run('bare', { count, tasks, set });
      const ours = await run('pool', { count, tasks, set });
      const ratio = ours.rate / bare.rate;
      costs.push(ours.cpuMs);
      say(
        `RESULT claims processes=${count} ratio=${ratio.toFixed(2)} ours_per_s=${ours.rate.toFixed(0)} bare_per_s=${bare.rate.toFixed(0)} cpu_ms_per_task=${ours.cpuMs.toFixed(2)} bare_cpu_ms=${bare.cpuMs.toFixed(2)} writes_per_task=${ours.writes.toFixed(2)} bare_writes=${bare.writes.toFixed(2)} rate_goal=${ratio >= GOALS.rate ? 'met' : 'missed'}`,
      );
    }
    const growth = costs.at(-1) / costs[0];
    say(
      `RESULT claims_cpu_growth=${growth.toFixed(2)} goal: at most ${GOALS.cpu}: ${growth <= GOALS.cpu ? 'met' : 'missed'}`,
    );
  } finally {
    await set.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(kind, { count, tasks, set }) {
  const { MongoClient } = await import('mongodb');
  const uri = set.uri.replace('/cutroom?', `/claims-${kind}-${count}?`);
  const client = await new MongoClient(uri, { appName: 'bench' }).connect();
  const children = Array.from({ length: count }, () => fork(join(import.meta.dirname, 'fleet-claimer.mjs')));
  try {
    await fill(uri, client, tasks);
    await Promise.all(children.map((child) => ask(child, { uri, kind, slots: SLOTS })));
    const writesOf = async () => {
      const { insert, update } = (await client.db('admin').command({ serverStatus: 1 })).opcounters;
      return insert + update;
    };
    const before = await writesOf();
    const startMs = performance.now();
    const done = await Promise.all(children.map((child) => ask(child, {})));
    const tookS = (performance.now() - startMs) / 1000;
    const finished = done.reduce((sum, each) => sum + each.tasks, 0);
    if (finished !== tasks) throw new Error(`${kind}: ${finished} of ${tasks} tasks were finished`);
    say(dim(`${kind}, ${count} processes: ${tookS.toFixed(1)} s`));
    const cpuMs = done.reduce((sum, each) => sum + each.cpuMs, 0) / tasks;
    return { rate: tasks / tookS, cpuMs, writes: ((await writesOf()) - before) / tasks };
  } finally {
    for (const child of children) child.disconnect();
    await client.db().dropDatabase();
    await client.close();
  }
}

async function fill(uri, client, tasks) {
  const { createMongoStore } = await import('../dist/src/store/mongo/mongo-store.js');
  const { documentOf } = await import('../dist/src/store/mongo/task-document.js');
  const { submitted } = await import('../dist/src/task/lifecycle.js');
  // Makes the indexes.
  await (await createMongoStore({ uri, callDeadlineMs: 60_000 })).close();
  const options = {
    ...{ labels: {}, priority: 0, maxAttempts: 2, ttlMs: 1e9 },
    timeouts: { queueMs: 1e9, totalMs: null, stallMs: null, fetchMs: null },
  };
  const documents = Array.from({ length: tasks }, (_, i) => {
    const id = `t${String(i).padStart(9, '0')}`;
    const common = { tenant: 'default', requestId: null, requestHash: 'h' };
    return documentOf(submitted({ id, ...common, options, nowMs: Date.now() }));
  });
  await client.db().collection('tasks').insertMany(documents, { ordered: false });
  await client
    .db()
    .collection('specs')
    .insertMany(documents.map(({ _id }) => ({ _id, spec: '{}' })));
}

function ask(child, message) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve).once('exit', () => reject(new Error('a process ended')));
    child.send(message);
  }).finally(() => child.removeAllListeners('exit'));
}
