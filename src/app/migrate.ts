import { stat } from 'node:fs/promises';
import path from 'node:path';
import { toConfig } from '../config/config.js';
import type { Environment } from '../config/variables.js';
import { outputKeyOf } from '../media/objects/object-outputs.js';
import type { ObjectStore } from '../media/objects/object-store.js';
import { uploadedFiles } from '../media/uploaded-files.js';
import { hasTasks } from '../store/mongo/has-tasks.js';
import { createMongoStore } from '../store/mongo/mongo-store.js';
import { openExport, type ExportedTask, type SqliteExport } from '../store/sqlite/export.js';
import { handedBack } from '../task/lifecycle.js';
import type { Store } from '../task/ports/store.js';
import type { Task } from '../task/task.js';
import { URL_KEYS_NAME } from '../task/url-keys.js';
import { openObjects } from './open-storage.js';
import { systemClock } from './system-clock.js';

/** What was moved, or would be. */
export interface Migration {
  tasks: Counted;
  apiKeys: Counted;
  signingSecrets: Counted;
  /** Of outputs and uploads. */
  files: Counted & { bytes: number };
  /** Ids of tasks whose `request_id` has another task in the database: they are moved without it, and a repeated submit gets the other one. */
  requestIdsTaken: string[];
  /** Files that tasks name and the data folder does not have. */
  missing: string[];
  /** `KEPT`: the database had tasks and a key of its own, so that URLs that the old service gave out are refused. */
  urlKey: 'NONE' | 'MOVED' | 'ALREADY_THERE' | 'KEPT';
}

interface Counted {
  moved: number;
  /** By an earlier run, say. They are left as they are. */
  alreadyThere: number;
}

export interface MigrateOptions {
  readonly env: Environment;
  /** The data folder of a service with SQLite, which must not run. */
  readonly from: string;
  /** Nothing is written, and `moved` counts what would be. */
  readonly isDryRun: boolean;
  readonly signal: AbortSignal;
  /** Called after each task, with their number so far. */
  readonly onTask?: (tasks: number) => void;
}

/** Tasks that are moved at a time: each waits for a majority of the nodes. */
const AT_ONCE = 16;

/**
 * Moves everything that a service with SQLite has stored to the database and storage of an environment: keys and secrets first, then files, each task after its
 * files. What is there already is left as it is, so that it can be repeated until it is through. The data folder is not changed.
 * @throws ConfigError; Error, for people, when the old service runs, or something is not there.
 */
export async function migrate(options: MigrateOptions): Promise<Migration> {
  const config = toConfig(options.env);
  if (config.store.kind !== 'MONGODB')
    throw new Error('MONGODB_URI is not set: it names the database that the tasks are moved to');
  const from = path.resolve(options.from);
  const source = openExport(path.join(from, 'cutroom.sqlite'));
  try {
    // Before the store is opened, which makes its indexes.
    const isUsed = await hasTasks(config.store.uri);
    const opened = await openObjects(config);
    try {
      const objects = objectsTo(opened?.objects ?? null, from, config.dataDir);
      const store = await createMongoStore({ uri: config.store.uri });
      try {
        return await moveAll({ ...options, from, source, store, objects, isUsed });
      } finally {
        await store.close();
      }
    } finally {
      await opened?.close();
    }
  } finally {
    source.close();
  }
}

/** Null: the files stay where they are. */
function objectsTo(objects: ObjectStore | null, from: string, dataDir: string): ObjectStore | null {
  if (objects === null && path.resolve(dataDir) !== from)
    throw new Error(
      `CUTROOM_STORAGE=local, and CUTROOM_DATA_DIR is another folder: set it to ${from}, which then all machines mount, or leave CUTROOM_STORAGE out`,
    );
  return objects;
}

interface Move extends MigrateOptions {
  readonly source: SqliteExport;
  readonly store: Store;
  readonly objects: ObjectStore | null;
  /** Whether the database had tasks before. */
  readonly isUsed: boolean;
}

async function moveAll(move: Move): Promise<Migration> {
  const { source, store, signal, isDryRun } = move;
  const none = (): Counted => ({ moved: 0, alreadyThere: 0 });
  const done: Migration = {
    ...{ tasks: none(), apiKeys: none(), signingSecrets: none(), files: { ...none(), bytes: 0 } },
    ...{ requestIdsTaken: [], missing: [], urlKey: await moveUrlKey(move) },
  };
  for (const key of source.apiKeys)
    if (count(done.apiKeys, (await store.getApiKey(key.id)) !== null) && !isDryRun) await store.putApiKey(key);
  for (const secret of source.signingSecrets)
    if (count(done.signingSecrets, (await store.getSigningSecret(secret.id)) !== null) && !isDryRun)
      await store.putSigningSecret(secret);
  for await (const upload of uploadedFiles(move.from)) {
    signal.throwIfAborted();
    await moveFile(move, done, upload);
  }
  let tasks = 0;
  await eachOf(source.tasks(), AT_ONCE, async (exported) => {
    signal.throwIfAborted();
    await moveTask(move, done, exported);
    tasks += 1;
    move.onTask?.(tasks);
  });
  return done;
}

/** @returns whether it is to be moved. */
function count(counted: Counted, isThere: boolean): boolean {
  if (isThere) counted.alreadyThere += 1;
  else counted.moved += 1;
  return !isThere;
}

/** Old URLs stay valid: the key goes to a database that has signed nothing yet. */
async function moveUrlKey({ source, store, isUsed, isDryRun }: Move): Promise<Migration['urlKey']> {
  const ours = source.secret(URL_KEYS_NAME);
  if (ours === null) return 'NONE';
  if (isDryRun && !isUsed) return 'MOVED';
  const theirs = await store.secret(URL_KEYS_NAME);
  if (theirs.equals(ours)) return 'ALREADY_THERE';
  if (isUsed) return 'KEPT';
  return (await store.replaceSecret(URL_KEYS_NAME, theirs, ours)) ? 'MOVED' : 'KEPT';
}

async function moveTask(move: Move, done: Migration, { task, spec, diagnostics }: ExportedTask): Promise<void> {
  const { store, isDryRun } = move;
  const isToMove = (await store.get(task)) === null;
  if (isToMove) for (const file of outputFiles(move.from, task)) await moveFile(move, done, file);
  count(done.tasks, !isToMove);
  const { tenant, requestId } = task;
  const isTaken = isToMove && requestId !== null && (await store.findByRequestId(tenant, requestId)) !== null;
  if (isTaken) done.requestIdsTaken.push(task.id);
  if (isDryRun) return;
  // No worker has it any more.
  const stored = task.state === 'RUNNING' ? handedBack(task, systemClock.nowMs()) : task;
  if (isToMove) await insertOnce(store, isTaken ? { ...stored, requestId: null } : stored, spec);
  if (diagnostics) await store.putDiagnostics(task, diagnostics.text, diagnostics);
}

async function insertOnce(store: Store, task: Task, spec: string): Promise<void> {
  const result = await store.insert(task, spec);
  // Taken since it was looked for.
  if (result.kind !== 'inserted') throw new Error(`task ${task.id} could not be moved just now: run this again`);
}

interface SourceFile {
  readonly file: string;
  readonly key: string;
}

function outputFiles(from: string, { outputs }: Task): SourceFile[] {
  return outputs.flatMap(({ location, parts = [] }) => {
    const folder = location.split('/').slice(0, -1).join('/');
    return [location, ...parts.map(({ name }) => `${folder}/${name}`)].map((place) => ({
      file: path.join(from, 'outputs', ...place.split('/')),
      key: outputKeyOf(place),
    }));
  });
}

async function moveFile(
  { objects, isDryRun, signal }: Move,
  done: Migration,
  { file, key }: SourceFile,
): Promise<void> {
  if (objects === null) return;
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) {
    done.missing.push(key);
    return;
  }
  const isThere = (await objects.find(key))?.sizeBytes === info.size;
  if (!count(done.files, isThere)) return;
  done.files.bytes += info.size;
  if (isDryRun) return;
  await objects.put(key, file, { signal });
  if ((await objects.find(key))?.sizeBytes !== info.size)
    throw new Error(`${file} was stored with another size: run this again`);
}

/** Does something for each of them, some at a time. The first error ends it. */
async function eachOf<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const line = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, line));
}
