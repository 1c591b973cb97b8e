import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LISTS, manyTask, SMALL_TENANT, SPEC, START_MS } from '../../../bench/many-tasks.mjs';
import { createGridFsObjects } from '../../../src/media/objects/gridfs-objects.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { documentOf } from '../../../src/store/mongo/task-document.js';
import * as lifecycle from '../../../src/task/lifecycle.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { OWNER, listOf, LONG_MS } from '../../contract/store-under-test.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';

const TASKS = 20_000;
const BATCH = 2_000;
const KEYS = 2_000;
const PAGE = 50;

/** What the server did for one command. */
interface Profile {
  readonly ns: string;
  readonly planSummary: string;
  readonly examined: number;
  /** Documents that were answered with, changed or removed. */
  readonly used: number;
  readonly sorts: boolean;
}

/** `npm run bench:list -- --mongodb URI --tasks 1000000` asks the same of a million. */
describe.skipIf(skipWithoutMongod())(`each query of MongoDB among ${TASKS} tasks`, () => {
  let mongod: Mongod;
  let client: MongoClient;
  let store: Store;
  const tasks = Array.from({ length: TASKS }, (_, i) => manyTask(i, lifecycle));

  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.uriOf('many'), { appName: 'test' }).connect();
    store = await createMongoStore({ uri: mongod.uriOf('many') });
    await fill(client, tasks);
    for (let i = 0; i < KEYS; i += 1) {
      const id = i.toString(16).padStart(16, '0');
      const tenant = i % 100 === 7 ? SMALL_TENANT : 'default';
      const common = { name: 'n', tenant, createTimeMs: 1, revokeTimeMs: null };
      await Promise.all([
        store.putApiKey({ id, ...common, scopes: [], hash: 'h', expireTimeMs: null, lastUseTimeMs: null }),
        store.putSigningSecret({ id, ...common, text: 't' }),
      ]);
    }
    // A ring that holds what one call does.
    await client.db().createCollection('system.profile', { capped: true, size: 16 * 1024 * 1024 });
    await client.db().command({ profile: 2 });
  });
  afterAll(async () => {
    await store.close();
    await client.close();
    await mongod.stop();
  });

  async function profilesOf(call: () => Promise<unknown>): Promise<readonly Profile[]> {
    const filter = { appName: 'cutroom', ns: { $not: /system.profile/ } };
    const profile = client.db().collection('system.profile');
    const before = await profile.countDocuments(filter);
    await call();
    return (await profile.find(filter, { skip: before }).toArray())
      .map(profileOf)
      .filter(({ planSummary }) => planSummary !== '');
  }

  /** Uses indexes, sorts nothing, and reads hardly more documents than it needs. */
  async function expectIndexed(call: () => Promise<unknown>, { slack = 1 } = {}): Promise<void> {
    const profiles = await profilesOf(call);
    expect(profiles.length).toBeGreaterThan(0);
    for (const profile of profiles) {
      expect(profile.planSummary).not.toContain('COLLSCAN');
      expect(profile.examined, JSON.stringify(profile)).toBeLessThanOrEqual(profile.used + slack);
      expect(profile.sorts, JSON.stringify(profile)).toBe(false);
    }
  }

  /** Of a list whose index does not answer all of its conditions: what it looks at beside its page. */
  const SLACKS: Readonly<Record<string, number>> = {
    // The tasks of the rarest label, which are looked through for the others.
    ...{ two_labels: TASKS / 1000, state_and_label: TASKS / 1000 },
  };

  describe.each(Object.entries(LISTS))('of a list: %s', (name, { tenant = 'default', filter }) => {
    it.each(['newest-first', 'oldest-first'] as const)('uses an index, %s', async (order) => {
      const middle = { createTimeMs: START_MS + TASKS / 2, id: '' };
      for (const after of [null, middle])
        await expectIndexed(() => listOf(store, { tenant, order, filter, limit: PAGE, after }), {
          slack: SLACKS[name] ?? 1,
        });
    });
  });

  const someTask = (state: Task['state']): Task => tasks.find((task) => task.state === state)!;

  it.each<[string, (store: Store) => Promise<unknown>]>([
    ['a task', (store) => store.get(someTask('SUCCEEDED'))],
    ['a spec', (store) => store.getSpec(someTask('SUCCEEDED'))],
    ['a request id', (store) => store.findByRequestId('default', 'request-8')],
    ['how many a tenant has', (store) => store.count('default')],
    ['the place of a page', (store) => store.positionOf('default', 9_000)],
    ['the head of the queue', (store) => store.queued(8, { after: '' })],
    ['the queue of a further tenant', (store) => store.queued(8, { after: 'tenant-3' })],
    ['the ranks of a queue', (store) => store.queuedRanks('default', 100)],
    ['the queues of tenants', (store) => store.queuedByTenant()],
    ['the running tasks of a tenant', (store) => store.countIn('default', 'RUNNING', 100)],
    ['the bytes of a tenant', (store) => store.outputBytes('default')],
    ['tasks that waited too long', (store) => store.overdue(10, { nowMs: START_MS + 1e9 + 100 })],
    ['tasks whose time is up', (store) => store.expired(10, { nowMs: START_MS + 1e9 + 6000 })],
    ['due deliveries', (store) => store.withDueDeliveries(10, { nowMs: START_MS })],
    ['abandoned tasks', (store) => store.abandoned(10, { owner: OWNER })],
    ['the workers', (store) => store.workers()],
    ['whether the database answers', (store) => store.ping()],
    ['the API keys of a tenant', (store) => store.apiKeys({ tenant: SMALL_TENANT, afterId: null, limit: PAGE })],
    ['the API keys of all', (store) => store.apiKeys({ tenant: null, afterId: '0000000000000100', limit: PAGE })],
    ['the secrets of a tenant', (store) => store.signingSecrets({ tenant: SMALL_TENANT, afterId: null, limit: PAGE })],
    ['the steps of others', async (store) => store.steps?.open(9, { notBy: 'w' })],
    [
      'requests to look at inputs',
      async (store) => store.inspections?.claim({ owner: 'w', claimId: 'c', leaseMs: LONG_MS }),
    ],
  ])('of %s uses an index', async (_, call) => {
    await expectIndexed(() => call(store));
  });

  it('of the state of the queue reads the running tasks at most', async () => {
    const running = tasks.filter(({ state }) => state === 'RUNNING').length;
    await expectIndexed(() => store.stats(), { slack: running });
  });

  it('of a claim, a renewal, diagnostics and a removal uses the id', async () => {
    const queued = someTask('QUEUED');
    const running = lifecycle.claimed(queued, { attemptId: randomUUID(), owner: OWNER, nowMs: START_MS });
    await expectIndexed(() => store.replace(queued, running, { leaseMs: LONG_MS }));
    const renewal = { key: running, fence: running.fence, attemptId: running.attemptId!, leaseMs: LONG_MS };
    const leases = await client.db().collection('system.profile').countDocuments({ appName: 'cutroom-leases' });
    await store.renewLease(renewal);
    const [renewed] = await client
      .db()
      .collection('system.profile')
      .find({ appName: 'cutroom-leases' }, { skip: leases })
      .toArray();
    expect(renewed).toMatchObject({ planSummary: 'IXSCAN { _id: 1 }', docsExamined: 1 });
    await expectIndexed(() => store.putDiagnostics(running, '{}', { fence: running.fence }));
    await expectIndexed(() => store.remove(running));
  });

  it('of files in GridFS uses an index, and reads no bytes of them to find what killed processes left', async () => {
    const own = await new MongoClient(mongod.uriOf('many'), { appName: 'cutroom' }).connect();
    try {
      const objects = createGridFsObjects(own.db());
      const file = join(tmpdir(), `cutroom-plans-${randomUUID()}`);
      await writeFile(file, 'bytes');
      for (let i = 0; i < 20; i += 1) await objects.put(`outputs/default/t${i}`, file);
      // As if they were two hours old: an id has its time.
      const [found] = await profilesOf(() => objects.find('outputs/default/t3'));
      expect(found).toMatchObject({ planSummary: 'IXSCAN { filename: 1, uploadDate: 1 }', examined: 1 });
      await expectIndexed(async () => {
        for await (const { key } of objects.list('outputs/default/t1')) expect(key).toContain('t1');
      });
      await makeOld(client);
      const profiles = await profilesOf(() => objects.sweep());
      const ofChunks = profiles.filter(({ ns }) => ns.endsWith('.chunks'));
      expect(ofChunks.length).toBeGreaterThan(0);
      expect(Math.max(...ofChunks.map(({ used }) => used))).toBe(20);
      for (const profile of ofChunks) expect(profile).toMatchObject({ examined: 0, sorts: false });
      expect(profiles.filter(({ planSummary }) => planSummary.includes('COLLSCAN'))).toEqual([]);
    } finally {
      await own.close();
    }
  });
});

function profileOf({ ns, planSummary = '', docsExamined = 0, hasSortStage, ...counts }: Document): Profile {
  const { nreturned, nMatched, nModified, ndeleted } = counts as Record<string, number | undefined>;
  const used = Math.max(nreturned ?? 0, nMatched ?? 0, nModified ?? 0, ndeleted ?? 0);
  return {
    ns: String(ns),
    planSummary: String(planSummary),
    examined: Number(docsExamined),
    used,
    sorts: hasSortStage === true,
  };
}

/** Without the store: it would take a minute. */
async function fill(client: MongoClient, tasks: readonly Task[]): Promise<void> {
  for (let i = 0; i < tasks.length; i += BATCH) {
    const batch = tasks.slice(i, i + BATCH);
    const documents = batch.map((task) => ({
      ...documentOf(task),
      ...(task.state === 'RUNNING' && { lease_expires: new Date(Date.now() + LONG_MS) }),
    }));
    await client
      .db()
      .collection('tasks')
      .insertMany(documents as unknown as Document[], { ordered: false });
    const specs = documents.map(({ _id }) => ({ _id, spec: SPEC }));
    await client
      .db()
      .collection('specs')
      .insertMany(specs as unknown as Document[], { ordered: false });
  }
}

/** Gives the files and chunks of GridFS ids of two hours ago. */
async function makeOld(client: MongoClient): Promise<void> {
  const hours = 2 * 3600;
  const { ObjectId } = await import('mongodb');
  const old = (id: { getTimestamp(): Date; toHexString(): string }) =>
    new ObjectId(
      (Math.floor(id.getTimestamp().getTime() / 1000) - hours).toString(16).padStart(8, '0') +
        id.toHexString().slice(8),
    );
  const [files, chunks] = [client.db().collection('objects.files'), client.db().collection('objects.chunks')];
  for (const file of await files.find().toArray()) {
    await files.deleteOne({ _id: file._id });
    await files.insertOne({ ...file, _id: old(file._id) });
    await chunks.updateMany({ files_id: file._id }, { $set: { files_id: old(file._id) } });
  }
}
