import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { replacement, versionFilter, type TaskDocument } from '../../../src/store/mongo/task-document.js';
import type { Store } from '../../../src/task/ports/store.js';
import { cancelled, progressed, succeeded } from '../../../src/task/lifecycle.js';
import {
  claim,
  insertQueued,
  insertRunning,
  LONG_MS,
  newTask,
  OWNER,
  listOf,
} from '../../contract/store-under-test.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';
import { LEASE_WRITES, REMOVALS, setFailPoint, withLostAnswer, WRITES } from './fail-points.js';
import { underLoad } from '../../support/load.js';

const lease = { leaseMs: LONG_MS };
const progress = {
  phase: 'RENDERING',
  percent: 40,
  framesDone: 4,
  framesTotal: 10,
  outTimeUs: 123,
  speed: 1.5,
  phaseTimings: [],
  remainingMs: null,
} as const;

describe.skipIf(skipWithoutMongod())('the MongoDB store after a lost answer', () => {
  let mongod: Mongod;
  let client: MongoClient;
  let store: Store;
  let uri: string;

  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.uri, { appName: 'test' }).connect();
  });
  afterAll(async () => {
    await client.close();
    await mongod.stop();
  });
  beforeEach(async () => {
    uri = mongod.uriOf(`lost-${randomUUID()}`);
    store = await createMongoStore({ uri });
  });
  afterEach(async () => {
    await store.close();
  });

  it.each([null, 'request'])('stores an insert (request id %s) once and reports it as inserted', async (requestId) => {
    const task = newTask({ requestId });
    expect(await withLostAnswer(client, WRITES, () => store.insert(task, '"spec"'))).toEqual({ kind: 'inserted' });
    expect(await listOf(store, { limit: 10, after: null })).toEqual([task]);
    expect(await store.getSpec(task)).toBe('"spec"');
  });

  it('refuses an insert of a request id that another task has', async () => {
    const first = await insertQueued(store, { requestId: 'request' });
    const cut = await setFailPoint(client, 'failCommand', { times: 2 }, { ...WRITES, closeConnection: true });
    expect(await store.insert(newTask({ requestId: 'request' }), '{}')).toEqual({
      kind: 'request-id-taken',
      task: first,
    });
    await cut.off();
  });

  it('recognizes its own claim, and does not repeat it', async () => {
    const queued = await insertQueued(store);
    const running = claim(queued);
    expect(await withLostAnswer(client, WRITES, () => store.replace(queued, running, lease))).toBe(true);
    expect(await store.get(queued)).toEqual(running);
  });

  it('recognizes progress and the finish as stored', async () => {
    const running = await insertRunning(store);
    const further = progressed(running, progress, 3000);
    expect(await withLostAnswer(client, LEASE_WRITES, () => store.replace(running, further, lease))).toBe(true);
    const done = succeeded(further, { outputs: [], warnings: [] }, 4000);
    expect(await withLostAnswer(client, WRITES, () => store.replace(further, done, lease))).toBe(true);
    expect(await store.get(running)).toEqual(done);
  });

  it('recognizes a removal as made, with the diagnostics', async () => {
    const task = await insertQueued(store);
    await store.putDiagnostics(task, '{}', { fence: 1 });
    const cut = await setFailPoint(client, 'failCommand', { times: 2 }, { ...REMOVALS, closeConnection: true });
    expect(await store.remove(task)).toBe(true);
    await cut.entered(2);
    expect([await store.get(task), await store.getDiagnostics(task)]).toEqual([null, null]);
    const other = await insertQueued(store);
    // It has no diagnostics, so that the first write that changes anything is the task's removal.
    expect(await withLostAnswer(client, REMOVALS, () => store.remove(other), 1)).toBe(true);
    expect(await store.get(other)).toBeNull();
  });

  it('repeats a removal that did not reach the server', async () => {
    const task = await insertQueued(store);
    const cut = await setFailPoint(client, 'failCommand', { skip: 1 }, { ...REMOVALS, closeConnection: true });
    const removal = store.remove(task);
    await cut.entered(2);
    await cut.off();
    expect(await removal).toBe(true);
    expect(await store.get(task)).toBeNull();
  });

  it('removes diagnostics that are written during the removal of their task', async () => {
    const task = await insertQueued(store);
    const held = await setFailPoint(
      client,
      'failCommand',
      { skip: 1 },
      { ...REMOVALS, blockConnection: true, blockTimeMS: 500 },
    );
    const removal = store.remove(task);
    await held.entered(1);
    await store.putDiagnostics(task, '{"late":true}', { fence: 1 });
    expect(await store.getDiagnostics(task)).toBe('{"late":true}');
    await held.off();
    expect(await removal).toBe(true);
    expect(await store.getDiagnostics(task)).toBeNull();
  });

  it('leaves a task removable after an interrupted removal, and no diagnostics without a task', async () => {
    const impatient = await createMongoStore({ uri, callDeadlineMs: 300 });
    const task = await insertQueued(store);
    await store.putDiagnostics(task, '{}', { fence: 1 });
    // The first delete, of the diagnostics, passes; the second, of the task, has no answer.
    const cut = await setFailPoint(client, 'failCommand', { skip: 1 }, { ...REMOVALS, closeConnection: true });
    await expect(impatient.remove(task)).rejects.toMatchObject({ detail: { reason: 'STORE_UNAVAILABLE' } });
    await cut.off();
    expect([await store.get(task), await store.getDiagnostics(task)]).toEqual([task, null]);
    expect(await store.remove(task)).toBe(true);
    await impatient.close();
  });

  it('repeats a renewal', async () => {
    const running = await insertRunning(store, 0);
    const renewal = { key: running, fence: 1, attemptId: running.attemptId ?? '', leaseMs: LONG_MS };
    expect(await withLostAnswer(client, LEASE_WRITES, () => store.renewLease(renewal))).toBe(true);
    expect(await store.abandoned(1, { owner: OWNER })).toEqual([]);
  });

  it('reports a write as stored that the majority did not confirm in time', async () => {
    const data = { ...WRITES, writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } };
    const unconfirmed = await setFailPoint(client, 'failCommand', { times: 1 }, data);
    const queued = newTask({ requestId: 'request' });
    expect(await store.insert(queued, '{}')).toEqual({ kind: 'inserted' });
    await unconfirmed.entered(1);
    const again = await setFailPoint(client, 'failCommand', { times: 1 }, data);
    const running = claim(queued);
    expect(await store.replace(queued, running, lease)).toBe(true);
    await again.entered(1);
    expect(await store.get(queued)).toEqual(running);
  });

  it('repeats a write that neither reached the server nor the driver’s retry', async () => {
    const queued = await insertQueued(store);
    const cut = await setFailPoint(client, 'failCommand', { times: 2 }, { ...WRITES, closeConnection: true });
    expect(await store.replace(queued, claim(queued), lease)).toBe(true);
    await cut.entered(2);
    expect(await store.get(queued)).toMatchObject({ state: 'RUNNING', revision: 2 });
  });

  it('reports a claim as lost when another one was first', async () => {
    const queued = await insertQueued(store);
    const theirs = cancelled(queued, 3000);
    const cut = await setFailPoint(client, 'failCommand', 'alwaysOn', { ...WRITES, closeConnection: true });
    const mine = store.replace(queued, claim(queued), lease);
    await cut.entered(2);
    const tasks = client.db(new URL(uri).pathname.slice(1)).collection<TaskDocument>('tasks');
    await tasks.updateOne(versionFilter(queued), replacement(theirs, 0), { writeConcern: { w: 'majority' } });
    await cut.off();
    expect(await mine).toBe(false);
    expect(await store.get(queued)).toEqual(theirs);
  });

  it('rejects with STORE_UNAVAILABLE when a server never answers', async () => {
    const impatient = await createMongoStore({ uri, callDeadlineMs: 300 });
    const queued = await insertQueued(store);
    const blocked = await setFailPoint(client, 'failCommand', 'alwaysOn', {
      failCommands: ['update', 'insert', 'find'],
      appName: 'cutroom',
      blockConnection: true,
      blockTimeMS: 5000,
    });
    const startMs = performance.now();
    const unavailable = { detail: { reason: 'STORE_UNAVAILABLE' } };
    await Promise.all([
      expect(impatient.replace(queued, claim(queued), lease)).rejects.toMatchObject(unavailable),
      expect(impatient.insert(newTask(), '{}')).rejects.toMatchObject(unavailable),
      expect(impatient.get(queued)).rejects.toMatchObject(unavailable),
      expect(impatient.ping()).rejects.toMatchObject(unavailable),
    ]);
    expect(performance.now() - startMs).toBeLessThan(underLoad(2 * 300 + 500));
    await blocked.off();
    await impatient.close();
  });
});
