/**
 * `npm run bench:fleet -- --claims`: how many tasks a second do 1, 2, 4 and 8 worker processes claim and finish, whose renderer has nothing to do, against bare loops of the same compare-and-sets in as
 * many processes with as many at once? By turns, on a replica set of one node, until the last end is stored, and only after each process has done some: what its code costs until it is compiled is no cost of
 * a task. Prints a `RESULT` line for each: the ratio of the rates, the CPU time of the workers for a task, and the requests for a task by kind.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMongod } from '../scripts/lib/mongod.mjs';
import { startReplicaSet } from '../scripts/lib/replica-set.mjs';
import { dim, say } from '../scripts/lib/say.mjs';
import { median } from './pairs.mjs';

const SLOTS = 4;
/** For each process, to warm up. */
const WARM_TASKS = 250;
const GOALS = { rate: 0.9, cpu: 1.5 };

/** @param {{ tasks: number, counts: readonly number[], pairs: number }} options of each run; the numbers of processes; the runs of both by turns, whose medians count */
export async function benchClaims({ tasks, counts, pairs }) {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-claims-'));
  const set = await startReplicaSet(await ensureMongod(), folder, { nodes: 1 });
  try {
    const costs = [];
    for (const count of counts) {
      const rounds = [];
      for (let i = 0; i < pairs; i += 1) {
        const bare = await run('bare', { count, tasks, set });
        rounds.push({ bare, ours: await run('pool', { count, tasks, set }) });
      }
      const of = (value) => median(rounds.map(value));
      const ratio = of(({ ours, bare }) => ours.rate / bare.rate);
      const cpu = { ours: of(({ ours }) => ours.cpuMs), bare: of(({ bare }) => bare.cpuMs) };
      costs.push(cpu);
      const { ours, bare } = rounds.at(-1);
      say(
        `RESULT claims processes=${count} ratio=${ratio.toFixed(2)} ours_per_s=${ours.rate.toFixed(0)} bare_per_s=${bare.rate.toFixed(0)} cpu_ms_per_task=${cpu.ours.toFixed(2)} bare_cpu_ms=${cpu.bare.toFixed(2)} requests=${kinds(ours)} bare_requests=${kinds(bare)} rate_goal=${ratio >= GOALS.rate ? 'met' : 'missed'}`,
      );
    }
    const growth = (of) => of(costs.at(-1)) / of(costs[0]);
    const ours = growth((cost) => cost.ours);
    say(
      `RESULT claims_cpu_growth=${ours.toFixed(2)} bare_cpu_growth=${growth((cost) => cost.bare).toFixed(2)} goal: at most ${GOALS.cpu}: ${ours <= GOALS.cpu ? 'met' : 'missed'}`,
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
    await prepare(uri);
    await Promise.all(children.map((child) => ask(child, { uri, kind, slots: SLOTS })));
    await drain(children, client, WARM_TASKS * count);
    return await drain(children, client, tasks);
  } finally {
    for (const child of children) child.disconnect();
    await client.db().dropDatabase();
    await client.close();
  }
}

/** Has the processes claim and finish so many tasks. */
async function drain(children, client, tasks) {
  await fill(client, tasks);
  const counters = async () => (await client.db('admin').command({ serverStatus: 1 })).opcounters;
  const before = await counters();
  const startMs = Date.now();
  const done = await Promise.all(children.map((child) => ask(child, {})));
  const after = await counters();
  const sum = (of) => done.reduce((total, each) => total + of(each), 0);
  const finished = sum((each) => each.tasks);
  if (finished !== tasks) throw new Error(`${finished} of ${tasks} tasks were finished`);
  const tookS = (Math.max(...done.map(({ endMs }) => endMs)) - startMs) / 1000;
  say(dim(`${tasks} tasks by ${children.length} processes: ${tookS.toFixed(1)} s`));
  const each = (kind) => (after[kind] - before[kind]) / tasks;
  return { rate: tasks / tookS, cpuMs: sum(({ cpuMs }) => cpuMs) / tasks, each };
}

function kinds({ each }) {
  return ['update', 'query', 'getmore', 'command'].map((kind) => `${kind}:${each(kind).toFixed(2)}`).join(',');
}

/** Makes the indexes. */
async function prepare(uri) {
  const { createMongoStore } = await import('../dist/src/store/mongo/mongo-store.js');
  await (await createMongoStore({ uri, callDeadlineMs: 60_000 })).close();
}

async function fill(client, tasks) {
  const { documentOf } = await import('../dist/src/store/mongo/task-document.js');
  const { submitted } = await import('../dist/src/task/lifecycle.js');
  const options = {
    ...{ labels: {}, priority: 0, maxAttempts: 2, ttlMs: 1e9 },
    timeouts: { queueMs: 1e9, totalMs: null, stallMs: null, fetchMs: null },
  };
  const documents = Array.from({ length: tasks }, () => {
    const common = { tenant: 'default', requestId: null, requestHash: 'h' };
    return documentOf(submitted({ id: randomUUID(), ...common, options, nowMs: Date.now() }));
  });
  const database = client.db();
  await database.collection('specs').insertMany(documents.map(({ _id }) => ({ _id, spec: '{}' })));
  await database.collection('tasks').insertMany(documents, { ordered: false });
}

function ask(child, message) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve).once('exit', () => reject(new Error('a process ended')));
    child.send(message);
  }).finally(() => child.removeAllListeners('exit'));
}
