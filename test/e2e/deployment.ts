import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { createMediaKit, type MediaKit } from '../fixtures/media-kit.js';
import { connect, type ForeignClient } from '../support/foreign-client.js';
import { startMongod, type Mongod } from '../support/mongod.js';
import { namesBelow } from '../support/names-below.js';
import { spawnService, type SpawnedService } from '../support/spawned-service.js';

export type Backend = 'SQLite' | 'MongoDB';

/** A task as proto-loader prints it. */
export interface ForeignTask {
  readonly name: string;
  readonly task_id: string;
  readonly state: string;
  readonly progress?: number;
  readonly revision: string;
  readonly attempt?: number;
  readonly failures?: number;
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
  readonly videos?: readonly string[];
  readonly outputs: readonly {
    key: string;
    url: string;
    size_bytes: string;
    readonly reused_duration?: { readonly seconds: string } | null;
    frame_count: number;
    width: number;
    height: number;
    sha256: string;
  }[];
  readonly progress_detail: { phase: string; frames_done?: number; frames_total?: number } | null;
  readonly error: {
    reason: string;
    category: string;
    field: string;
    retryable?: boolean;
    status: { code: number; message: string };
  } | null;
}

/** A place to run services in: inputs, a data folder, a database, and clients. Everything goes with `close`. */
export interface Deployment {
  readonly media: MediaKit;
  readonly dataDir: string;
  /** Of its database; null: SQLite. */
  readonly uri: string | null;
  start(env?: Record<string, string>): Promise<SpawnedService>;
  client(service: SpawnedService): ForeignClient;
  /** What all its services have logged so far. */
  log(): readonly string[];
  close(): Promise<void>;
}

export async function deploy(backend: Backend): Promise<Deployment> {
  const [media, dataDir] = await Promise.all([createMediaKit(), mkdtemp(join(tmpdir(), 'cutroom-e2e-'))]);
  const mongod: Mongod | null = backend === 'MongoDB' ? await startMongod() : null;
  const services: SpawnedService[] = [];
  const clients: ForeignClient[] = [];
  return {
    media,
    dataDir,
    uri: mongod?.uriOf('e2e') ?? null,
    async start(env = {}) {
      const store: Record<string, string> = mongod ? { MONGODB_URI: mongod.uriOf('e2e') } : {};
      const service = await spawnService({
        CUTROOM_DATA_DIR: dataDir,
        CUTROOM_INPUT_ROOTS: media.folder,
        ...store,
        ...env,
      });
      services.push(service);
      return service;
    },
    client(service) {
      const client = connect(service.grpc);
      clients.push(client);
      return client;
    },
    log: () => services.flatMap((service) => service.log),
    async close() {
      for (const client of clients) client.close();
      await Promise.all(services.map((service) => service.kill()));
      await mongod?.stop();
      await media.remove();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Follows a task to its end. */
export async function watchToEnd(
  client: ForeignClient,
  name: string,
): Promise<readonly { task: ForeignTask; atMs: number }[]> {
  const events: { task: ForeignTask; atMs: number }[] = [];
  for await (const event of client.watch({ name })) {
    const { task } = event as { task?: ForeignTask };
    if (task) events.push({ task, atMs: performance.now() });
  }
  return events;
}

export async function submit(client: ForeignClient, montage: object, more: object = {}): Promise<ForeignTask> {
  return (await client.call('SubmitTask', { spec: { montage }, ...more })) as unknown as ForeignTask;
}

export async function get(client: ForeignClient, name: string): Promise<ForeignTask> {
  return (await client.call('GetTask', { name })) as unknown as ForeignTask;
}

/** How many results of steps, sections among them, a service has kept for later attempts in its own data folder. */
export async function keptByService(dataDir: string): Promise<number> {
  const names = await namesBelow(join(dataDir, 'cache'));
  return names.filter((name) => name.endsWith('.json')).length;
}

/** How many of them all services of a database share. */
export async function keptByAll(uri: string): Promise<number> {
  const client = new MongoClient(uri);
  try {
    return await client
      .db()
      .collection('objects.files')
      .countDocuments({ filename: /^artifacts\/.*\.json$/ });
  } finally {
    await client.close();
  }
}

interface Tool {
  readonly pid: number;
  /** As the kernel has it: `ffmpeg`. */
  readonly name: string;
}

/** The tools of a service that live now: all that descends from it, but for its launcher. */
export async function toolsOf(service: number): Promise<Tool[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const statuses = new Map(await Promise.all(pids.map(async (pid) => [pid, await textOf(pid, 'status')] as const)));
  const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)/m.exec(statuses.get(pid) ?? '')?.[1] ?? 0);
  const descends = (pid: number): boolean => pid > 1 && (parentOf(pid) === service || descends(parentOf(pid)));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const status = statuses.get(pid) ?? '';
      if (!descends(pid) || /^State:\s+Z/m.test(status)) return [];
      if ((await textOf(pid, 'cmdline')).includes('launcher-program')) return [];
      return [{ pid, name: /^Name:\s+(.+)$/m.exec(status)?.[1] ?? '' }];
    }),
  );
  return found.flat();
}

/** The ffmpeg processes among them. */
export async function ffmpegsOf(service: number): Promise<number[]> {
  return (await toolsOf(service)).filter(({ name }) => name === 'ffmpeg').map(({ pid }) => pid);
}

/** What the kernel says of a process; empty: it has ended. */
function textOf(pid: number, file: 'status' | 'cmdline'): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}

/** Whether a process is there and no zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const status = await textOf(pid, 'status');
  return status !== '' && !/^State:\s+Z/m.test(status);
}
