/** A MongoDB replica set of this machine's own, for the demo of a cluster and for benches. */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { which } from './run.mjs';

const READY_MS = 60_000;

/**
 * Starts nodes in a folder and answers when they have a primary.
 * @param {string} binary mongod
 * @param {string} folder
 * @param {{ nodes?: number, cacheGb?: number }} options
 */
export async function startReplicaSet(binary, folder, { nodes = 3, cacheGb = 0.25 } = {}) {
  // Loaded here: the packages are installed by the script that calls this.
  const { MongoClient } = await import('mongodb');
  const ports = await Promise.all(Array.from({ length: nodes }, freePort));
  const hosts = ports.map((port) => `127.0.0.1:${port}`);
  const children = await Promise.all(
    ports.map((port, i) => startNode(binary, join(folder, `mongo${i + 1}`), { port, cacheGb })),
  );
  const stop = async () => {
    await Promise.all(
      children.map(
        (child) =>
          new Promise((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) return resolve();
            child.once('exit', resolve);
            child.kill('SIGTERM');
          }),
      ),
    );
  };
  try {
    const first = new MongoClient(`mongodb://${hosts[0]}/?directConnection=true`, {
      serverSelectionTimeoutMS: READY_MS,
    });
    await first.connect();
    const members = hosts.map((host, _id) => ({ _id, host }));
    await first.db('admin').command({ replSetInitiate: { _id: 'demo', members } });
    const uri = `mongodb://${hosts.join(',')}/cutroom?replicaSet=demo`;
    for (const sinceMs = performance.now(); ; await delay(100)) {
      const { isWritablePrimary } = await first.db('admin').command({ hello: 1 });
      if (isWritablePrimary) break;
      if (performance.now() - sinceMs > READY_MS) throw new Error('the replica set found no primary');
    }
    await first.close();
    return { uri, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startNode(binary, dbpath, { port, cacheGb }) {
  await mkdir(dbpath, { recursive: true });
  const command = [
    ...(which('setpriv') === null ? [] : ['setpriv', '--pdeathsig', 'KILL', '--']),
    ...[binary, '--replSet', 'demo', '--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dbpath],
    ...[
      '--logpath',
      join(dbpath, 'log'),
      '--oplogSize',
      '256',
      '--wiredTigerCacheSizeGB',
      String(cacheGb),
      '--nounixsocket',
    ],
  ];
  return spawn(command[0], command.slice(1), { stdio: 'ignore', detached: true });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => resolve(port));
      });
  });
}
