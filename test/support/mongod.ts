import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { vi } from 'vitest';
import { findMongod } from '../../scripts/lib/mongod.mjs';
import { freePort } from './free-port.js';

/**
 * Whether tests that need MongoDB are to be left out, for want of a mongod; says so aloud. In CI that is an error: a suite
 * that skips them by itself would be green without them.
 */
export function skipWithoutMongod(): boolean {
  if (findMongod() !== null) return false;
  const message =
    'NO MONGOD: the tests of the MongoDB store do not run. `npm test` (or `node scripts/lib/mongod.mjs`) installs one.';
  if (process.env.CI !== undefined && process.env.CI !== '') throw new Error(message);
  console.error(`\n!!! ${message}\n`);
  return true;
}

/** One mongod of a replica set. Signals are for tests of outages. */
export interface MongodNode {
  readonly port: number;
  /** To this node alone, whatever its role. */
  readonly directUri: string;
  signal(signal: NodeJS.Signals): void;
  /** Stops it by SIGSTOP, and waits until it stands still: a signal takes its time. */
  freeze(): Promise<void>;
  /** Waits until a killed process is gone. */
  exited(): Promise<void>;
  /** Starts it again on the same data and port, and waits until it answers. */
  start(): Promise<void>;
}

export interface Mongod {
  /** Without a database; see `uriOf`. */
  readonly uri: string;
  readonly nodes: readonly MongodNode[];
  uriOf(database: string): string;
  stop(): Promise<void>;
}

export interface MongodOptions {
  readonly nodes?: number;
  readonly standalone?: boolean;
  /** The port by which others, the nodes among them, reach that of a node: of a proxy, say. Default: its own. */
  readonly through?: (port: number) => Promise<number>;
}

/** Starts a replica set (of one node unless told otherwise) with test commands on, and waits until it takes majority writes. Or one server without a set. */
export async function startMongod(options: MongodOptions = {}): Promise<Mongod> {
  const replicaSet = options.standalone !== true;
  const binary = findMongod();
  if (binary === null) throw new Error('there is no mongod: see skipWithoutMongod');
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cutroom-mongod-'));
  const nodes: MongodNode[] = [];
  const stop = async (): Promise<void> => {
    for (const node of nodes) node.signal('SIGKILL');
    await Promise.all(nodes.map((node) => node.exited()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (let i = 0; i < (options.nodes ?? 1); i++)
      nodes.push(await createNode(binary, join(folder, `node${i}`), { port: await freePort(), replicaSet }));
    await Promise.all(nodes.map((node) => node.start()));
    const { through = (port: number) => Promise.resolve(port) } = options;
    const ports = await Promise.all(nodes.map(({ port }) => through(port)));
    const hosts = ports.map((port) => `127.0.0.1:${port}`);
    const uriOf = (database: string): string =>
      `mongodb://${hosts.join(',')}/${database}?${replicaSet ? 'replicaSet=rs0' : 'directConnection=true'}`;
    if (replicaSet) {
      await initiate(nodes[0]!, hosts);
      await untilWritable(uriOf('ready'));
    }
    return { uri: uriOf(''), uriOf, nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createNode(
  binary: string,
  dbpath: string,
  options: { port: number; replicaSet: boolean },
): Promise<MongodNode> {
  const { port, replicaSet } = options;
  await mkdir(dbpath);
  const directUri = `mongodb://127.0.0.1:${port}/?directConnection=true&serverSelectionTimeoutMS=1000`;
  let child: ChildProcess | null = null;
  return {
    port,
    directUri,
    signal: (signal) => {
      child?.kill(signal);
    },
    freeze: async () => {
      child?.kill('SIGSTOP');
      await vi.waitFor(
        async () => {
          const threads = await readdir(`/proc/${child?.pid ?? 0}/task`);
          const states = await Promise.all(
            threads.map((thread) => readFile(`/proc/${child?.pid ?? 0}/task/${thread}/stat`, 'utf8')),
          );
          // The state stands behind the name, which is in parentheses.
          if (!states.every((stat) => /\) T /.test(stat))) throw new Error('still running');
        },
        { timeout: 5_000, interval: 5 },
      );
    },
    exited: async () => {
      if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    start: async () => {
      // pdeathsig: no server outlives a test run that crashes.
      const started = spawn(
        'setpriv',
        ['--pdeathsig', 'KILL', binary, ...(replicaSet ? ['--replSet', 'rs0'] : []), ...mongodArguments(dbpath, port)],
        { stdio: 'ignore' },
      );
      child = started;
      await vi.waitFor(
        async () => {
          if (started.exitCode !== null)
            throw new Error(`mongod ended at once: ${(await readFile(join(dbpath, 'log'), 'utf8')).slice(-2000)}`);
          await withClient(directUri, (client) => client.db('admin').command({ ping: 1 }));
        },
        { timeout: 120_000, interval: 50 },
      );
    },
  };
}

function mongodArguments(dbpath: string, port: number): string[] {
  const parameters = {
    enableTestCommands: '1',
    diagnosticDataCollectionEnabled: 'false',
    ttlMonitorSleepSecs: '1',
    shutdownTimeoutMillisForSignaledShutdown: '100',
  };
  return [
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dbpath, '--logpath', join(dbpath, 'log')],
    ...['--oplogSize', '64', '--wiredTigerCacheSizeGB', '0.25', '--nounixsocket'],
    // Without it each node preallocates 300 MB of journal.
    ...['--wiredTigerEngineConfigString', 'log=(prealloc=false,file_max=16MB)'],
    ...Object.entries(parameters).flatMap(([name, value]) => ['--setParameter', `${name}=${value}`]),
  ];
}

async function initiate(first: MongodNode, hosts: readonly string[]): Promise<void> {
  const members = hosts.map((host, _id) => ({ _id, host }));
  const settings = { electionTimeoutMillis: 1000, heartbeatIntervalMillis: 200 };
  await withClient(first.directUri, (client) =>
    client.db('admin').command({ replSetInitiate: { _id: 'rs0', members, settings } }),
  );
}

async function untilWritable(uri: string): Promise<void> {
  await vi.waitFor(
    () =>
      withClient(`${uri}&serverSelectionTimeoutMS=2000`, (client) =>
        client
          .db()
          .collection('ready')
          .insertOne({}, { writeConcern: { w: 'majority', wtimeoutMS: 5000 } }),
      ),
    { timeout: 120_000, interval: 50 },
  );
}

/** A client for the length of a call. */
export async function withClient<T>(uri: string, call: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri);
  try {
    return await call(client);
  } finally {
    await client.close();
  }
}
