import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { cancelled, succeeded } from '../../../src/task/lifecycle.js';
import { DAY_MS, utcDayOf } from '../../../src/task/utc-day.js';
import { claim, insertQueued, insertRunning, LONG_MS, OWNER, listOf } from '../../contract/store-under-test.js';
import { aggregationIn, profileIn, profilesIn } from './mongo-profile.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';

describe.skipIf(skipWithoutMongod())('the queries of the MongoDB store', () => {
  let mongod: Mongod;
  let client: MongoClient;
  let store: Store;
  const tasks: Task[] = [];

  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.uriOf('indexes'), { appName: 'test' }).connect();
    store = await createMongoStore({ uri: mongod.uriOf('indexes') });
    // Mostly tasks that have ended, as in life.
    for (let i = 0; i < 40; i++) {
      const running = await insertRunning(store, LONG_MS, { nowMs: i, requestId: `r${i}` });
      await store.replace(
        running,
        i % 2 === 0 ? succeeded(running, { outputs: [], warnings: [] }, i) : cancelled(running, i),
        { leaseMs: 0 },
      );
      tasks.push(running);
    }
    for (let i = 0; i < 5; i++) {
      tasks.push(await insertQueued(store, { nowMs: 100 + i }));
      tasks.push(await insertRunning(store, i < 2 ? 0 : LONG_MS, { nowMs: 100 + i }));
    }
    await client.db().command({ profile: 2 });
  });
  afterAll(async () => {
    await store.close();
    await client.close();
    await mongod.stop();
  });

  const profileOf = (call: () => Promise<unknown>) => profileIn(client.db(), call);

  it('read the candidates of a claim from the index of the queue, in order', async () => {
    const profile = await profileOf(() => store.queued(3, { after: '' }));
    expect(profile).toMatchObject({
      planSummary: 'IXSCAN { state: 1, tenant: 1, queueRankMs: 1, _id: 1 }',
      keysExamined: 3,
      docsExamined: 3,
      nreturned: 3,
    });
    expect(profile.hasSortStage).toBeUndefined();
  });

  it('read the ranks of the queue from its index alone, in order', async () => {
    const profile = await profileOf(() => store.queuedRanks('default', 3));
    expect(profile).toMatchObject({ keysExamined: 3, docsExamined: 0, nreturned: 3 });
    expect(profile.hasSortStage).toBeUndefined();
  });

  it('count the queues of tenants, their running tasks and their bytes from indexes alone', async () => {
    const calls: (() => Promise<unknown>)[] = [
      () => store.queuedByTenant(),
      () => store.countIn('default', 'RUNNING', 100),
      () => store.outputBytes('default'),
    ];
    for (const call of calls) {
      const profile = await aggregationIn(client.db(), call);
      expect(profile).toMatchObject({ docsExamined: 0 });
      expect(profile.keysExamined).toBeLessThanOrEqual(20);
    }
  });

  it('read only running tasks in the search for abandoned ones, in order', async () => {
    const profile = await profileOf(() => store.abandoned(10, { owner: OWNER }));
    expect(profile).toMatchObject({ planSummary: 'IXSCAN { lease_expires: 1 }', nreturned: 2 });
    expect(profile.docsExamined).toBeLessThanOrEqual(5);
    expect(profile.hasSortStage).toBeUndefined();
  });

  it('read no more for a page of the list than its length', async () => {
    const first = await profileOf(() => listOf(store, { limit: 10, after: null }));
    expect(first).toMatchObject({ planSummary: 'IXSCAN { tenant: 1, createTimeMs: -1, _id: -1 }', docsExamined: 10 });
    const cursor = tasks[20]!;
    const later = await profileOf(() => listOf(store, { limit: 10, after: cursor }));
    expect(later).toMatchObject({ planSummary: 'IXSCAN { tenant: 1, createTimeMs: -1, _id: -1 }', nreturned: 10 });
    expect(later.docsExamined).toBeLessThanOrEqual(11);
    expect([first.hasSortStage, later.hasSortStage]).toEqual([undefined, undefined]);
  });

  it('read a page of the list from the oldest on, with conditions, in order from the end of the page before', async () => {
    const filter = { states: ['QUEUED'] as const, labels: [{ key: 'a', value: 'x', equal: false }] };
    const [place, profile, ...more] = await profilesIn(client.db(), () =>
      listOf(store, { order: 'oldest-first', limit: 3, after: { createTimeMs: 100, id: '' }, filter }),
    );
    expect(more).toEqual([]);
    // How far a piece of a thousand goes.
    expect(place).toMatchObject({
      planSummary: 'IXSCAN { tenant: 1, state: 1, createTimeMs: -1, _id: -1 }',
      nreturned: 0,
    });
    const planSummary = 'IXSCAN { tenant: 1, state: 1, createTimeMs: -1, _id: -1 }';
    expect(profile).toMatchObject({ planSummary, nreturned: 3 });
    // Not the 40 before it.
    expect(profile?.docsExamined).toBeLessThanOrEqual(7);
    expect(profile?.hasSortStage).toBeUndefined();
  });

  it('read no task of another state for a page of some states, in order', async () => {
    const filter = { states: ['CANCELLED', 'FAILED'] as const, labels: [] };
    const profile = await profileOf(() => listOf(store, { limit: 4, after: null, filter }));
    expect(profile.planSummary).toContain('IXSCAN { tenant: 1, state: 1, createTimeMs: -1, _id: -1 }');
    expect(profile).toMatchObject({ docsExamined: 4, nreturned: 4 });
  });

  it('read no spec: no task has any in it', async () => {
    expect(
      await client
        .db()
        .collection('tasks')
        .countDocuments({ spec: { $exists: true } }),
    ).toBe(0);
    expect(await client.db().collection('specs').countDocuments()).toBe(await store.count('default'));
  });

  it('find the position of a place in the list without reading a task', async () => {
    const profile = await profileOf(() => store.positionOf('default', 30));
    expect(profile).toMatchObject({ docsExamined: 0, keysExamined: 30, nreturned: 1 });
  });

  it('find overdue and expired tasks by indexes of their own', async () => {
    const overdue = await profileOf(() => store.overdue(10, { nowMs: Number.MAX_SAFE_INTEGER }));
    expect(overdue).toMatchObject({ planSummary: 'IXSCAN { queueDeadlineMs: 1 }', docsExamined: 5, nreturned: 5 });
    const expired = await profileOf(() => store.expired(10, { nowMs: Number.MAX_SAFE_INTEGER }));
    expect(expired).toMatchObject({ planSummary: 'IXSCAN { expireTimeMs: 1 }', docsExamined: 10, nreturned: 10 });
  });

  it('find tasks with due deliveries by an index of their own, and read no other', async () => {
    const profile = await profileOf(() => store.withDueDeliveries(10, { nowMs: Number.MAX_SAFE_INTEGER }));
    expect(profile).toMatchObject({ planSummary: 'IXSCAN { nextDeliveryMs: 1 }', docsExamined: 0 });
    expect(profile.hasSortStage).toBeUndefined();
  });

  it('find a request id by its index', async () => {
    const profile = await profileOf(() => store.findByRequestId('default', 'r7'));
    expect(profile).toMatchObject({ planSummary: 'IXSCAN { tenant: 1, requestId: 1 }', docsExamined: 1, nreturned: 1 });
  });

  it('read and compare-and-set by the id', async () => {
    const queued = tasks[40]!;
    expect(await profileOf(() => store.get(queued))).toMatchObject({ planSummary: 'IDHACK' });
    const profile = await profileOf(() => store.replace(queued, claim(queued), { leaseMs: LONG_MS }));
    expect(profile).toMatchObject({ planSummary: 'IXSCAN { _id: 1 }', docsExamined: 1, nModified: 1 });
  });

  it('read and add to the sum of a day by its id, and have the server remove it when the day after is over', async () => {
    const day = utcDayOf(Date.now());
    const of = { tenant: 'acme', day };
    const profile = (call: () => Promise<unknown>) => profileIn(client.db(), call, 'usage');
    await store.addPixelFrames(of, 1);
    const added = await profile(() => store.addPixelFrames(of, 1));
    expect(added).toMatchObject({ planSummary: 'IDHACK', docsExamined: 1, nModified: 1 });
    expect(await profile(() => store.pixelFramesOn(of))).toMatchObject({ planSummary: 'IDHACK' });
    const usage = client.db().collection('usage');
    expect(await usage.findOne()).toMatchObject({ over: new Date((day + 2) * DAY_MS) });
    expect(await usage.indexes()).toContainEqual(expect.objectContaining({ key: { over: 1 }, expireAfterSeconds: 0 }));
  });

  it('find open steps by an index of them alone, those of an attempt by one of attempts, and change one by its id', async () => {
    const { steps } = store;
    const stepOf = (id: string, number: number) => {
      return { task: { tenant: 'default', id }, fence: 1, step: `section 0.${number}`, by: 'owner', hash: 'h' };
    };
    const offered = ['a', 'b', 'c'].flatMap((id) => [0, 1, 2].map((number) => stepOf(id, number)));
    await steps!.offer(offered);
    const claims = offered.slice(0, 7).map((step, i) => ({ ...step, worker: 'w', claimId: `c${i}` }));
    for (const claim of claims) await steps!.claim(claim, { leaseMs: LONG_MS });
    const profile = (call: () => Promise<unknown>) => profileIn(client.db(), call, 'steps');
    const planSummary = 'IXSCAN { state: 1, task: 1, fence: 1 }';
    const attempt = { task: { tenant: 'default', id: 'c' }, fence: 1 };
    const open = [
      await profile(() => steps!.open(9, { notBy: 'w' })),
      await profile(() => steps!.open(9, { notBy: 'w', except: [{ tenant: 'default', id: 'x' }] })),
      await profile(() => steps!.open(9, { notBy: 'w', attempt })),
    ];
    for (const one of open) expect(one).toMatchObject({ planSummary, docsExamined: 2, nreturned: 2 });
    expect(await profile(() => steps!.ofAttempt(attempt))).toMatchObject({
      planSummary: 'IXSCAN { task: 1, fence: 1 }',
      docsExamined: 3,
    });
    const byId = { planSummary: 'IXSCAN { _id: 1 }', docsExamined: 1 };
    expect(await profile(() => steps!.renew(claims[0]!, { frames: 1, leaseMs: LONG_MS }))).toMatchObject(byId);
    expect(await profile(() => steps!.giveBack(claims[0]!))).toMatchObject({ ...byId, ndeleted: 1 });
  });
});
