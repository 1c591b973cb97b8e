/**
 * `npm run bench:idle [-- --processes 10 --seconds 60]`: what an idle fleet asks of its database. Real processes on a real replica set of one node, whose
 * profiler notes every command of our own code. The driver's monitoring is no command of a database, and does not show there; a change stream's
 * getMore is left out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureMongod } from '../scripts/lib/mongod.mjs';
import { startReplicaSet } from '../scripts/lib/replica-set.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { say } from '../scripts/lib/say.mjs';

/** After the steps of the first minute, such as that of an upgrade. */
const SETTLE_MS = 60_000;
const GOAL = 5;

/** @param {{ processes: number, seconds: number }} options */
export async function benchIdle({ processes, seconds }) {
  const { MongoClient } = await import('mongodb');
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-idle-'));
  const set = await startReplicaSet(await ensureMongod(), folder, { nodes: 1 });
  const services = [];
  const client = new MongoClient(set.uri, { appName: 'bench' });
  try {
    await client.connect();
    for (let i = 0; i < processes; i += 1)
      services.push(
        await startService({
          env: { MONGODB_URI: set.uri, CUTROOM_SLOTS: '1', CUTROOM_DATA_DIR: join(folder, `data${i}`) },
          logFile: join(folder, `log${i}`),
        }),
      );
    say(`${processes} processes are up; they settle for ${SETTLE_MS / 1000} s`);
    await delay(SETTLE_MS);
    const database = client.db('cutroom');
    // Larger than the server makes it: it is a ring.
    await database.createCollection('system.profile', { capped: true, size: 64 * 1024 * 1024 });
    await database.command({ profile: 2 });
    const startMs = performance.now();
    await delay(seconds * 1000);
    await database.command({ profile: 0 });
    const tookS = (performance.now() - startMs) / 1000;
    const filter = { appName: /^cutroom/, op: { $ne: 'getmore' }, 'command.getMore': { $exists: false } };
    const found = await database.collection('system.profile').find(filter).toArray();
    const counts = new Map();
    for (const { ns, op, command = {} } of found) {
      const name = `${op === 'command' ? Object.keys(command)[0] : op} ${ns.slice('cutroom.'.length)} ${shapeOf(command)}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const [name, count] of [...counts].sort(([, a], [, b]) => b - a))
      say(`${(count / tookS).toFixed(2).padStart(6)} /s  ${name}`);
    const rate = found.length / tookS;
    say(
      `${rate.toFixed(2)} commands per second of ${processes} idle processes; goal: at most ${GOAL}: ${rate <= GOAL ? 'met' : 'missed'}`,
    );
  } finally {
    await client.close();
    await Promise.all(services.map((service) => service.stop()));
    await set.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function shapeOf({ filter = {}, q = {} }) {
  return Object.keys({ ...filter, ...q }).join(',');
}
