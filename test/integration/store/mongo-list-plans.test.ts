import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCalls } from '../../../src/store/mongo/calls.js';
import { connectClients } from '../../../src/store/mongo/clients.js';
import { collectionsOf } from '../../../src/store/mongo/collections.js';
import { list } from '../../../src/store/mongo/list.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { cancelled } from '../../../src/task/lifecycle.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { ListCursor, ListFilter } from '../../../src/task/ports/task-store.js';
import { insertQueued, listOf, LONG_MS } from '../../contract/store-under-test.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';
import { profileIn, profilesIn } from './mongo-profile.js';

const TASKS = 400;
const label = (key: string, value: string, equal = true) => ({ key, value, equal });

describe.skipIf(skipWithoutMongod())('the lists of the MongoDB store', () => {
  let mongod: Mongod;
  let client: MongoClient;
  let store: Store;

  /** One in fifty has the label `project`, one in a hundred was cancelled. */
  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.uriOf('lists'), { appName: 'test' }).connect();
    store = await createMongoStore({ uri: mongod.uriOf('lists') });
    for (let i = 1; i <= TASKS; i += 1) {
      const task = await insertQueued(store, {
        nowMs: i,
        labels: { half: `${i % 2}`, ...(i % 50 === 0 ? { project: 'x' } : {}) },
      });
      if (i % 100 === 0) await store.replace(task, cancelled(task, i), { leaseMs: LONG_MS });
    }
    await client.db().command({ profile: 2 });
  });
  afterAll(async () => {
    await store.close();
    await client.close();
    await mongod.stop();
  });

  describe.each(['newest-first', 'oldest-first'] as const)('%s', (order) => {
    it.each<[string, ListFilter, number]>([
      ['a label', { states: null, labels: [label('project', 'x')] }, 4],
      ['two labels', { states: null, labels: [label('half', '0'), label('project', 'x')] }, 4],
      ['a rare state', { states: ['CANCELLED'], labels: [] }, 2],
      ['a state and a label', { states: ['QUEUED'], labels: [label('project', 'x')] }, 6],
      ['a label, and another not', { states: null, labels: [label('project', 'x'), label('half', '1', false)] }, 4],
    ])(
      'read hardly more tasks for a page of %s than it has, in order from the end of the page before',
      async (_, filter, most) => {
        const all = await listOf(store, { order, filter });
        const after = { createTimeMs: 200, id: '~' };
        const rest = all.filter(({ createTimeMs: at }) => (order === 'newest-first' ? at <= 200 : at > 200));
        let found: unknown;
        const profiles = await profilesIn(client.db(), async () => {
          found = await listOf(store, { order, filter, after, limit: 50 });
        });
        expect(found).toEqual(rest);
        expect(rest.length).toBeGreaterThan(0);
        for (const { docsExamined, hasSortStage } of profiles) {
          expect(docsExamined).toBeLessThanOrEqual(most + 1);
          expect(hasSortStage).toBeUndefined();
        }
      },
    );
  });

  it.each<[string, 'newest-first' | 'oldest-first', ListFilter, number]>([
    ['no task', 'newest-first', { states: null, labels: [label('half', '0', false), label('half', '1', false)] }, 0],
    ['few tasks', 'oldest-first', { states: ['QUEUED'], labels: [label('project', 'x', false)] }, 392],
    ['no task with a label', 'newest-first', { states: null, labels: [label('half', '1'), label('half', '0')] }, 0],
  ])(
    'read so many tasks for a page and no more, when %s fulfils the conditions: %s',
    async (_, order, filter, count) => {
      const clients = await connectClients(mongod.uriOf('lists'));
      const calls = createCalls(10_000);
      const { tasks } = collectionsOf(clients);
      const reach = { first: 10, most: 25, total: 60 };
      const query = { tenant: 'default', order, filter, limit: 150 };
      const found: unknown[] = [];
      const places: (ListCursor | null)[] = [];
      do {
        const after = places.at(-1) ?? null;
        const profiles = await profilesIn(client.db(), async () => {
          const page = await list(calls, tasks, { ...query, after }, reach);
          found.push(...page.tasks);
          places.push(page.next);
        });
        const examined = profiles.reduce((sum, { docsExamined }) => sum + Number(docsExamined), 0);
        // The places are looked for in an index, and of a label in its tasks.
        expect(examined).toBeLessThanOrEqual(2 * (reach.total + reach.most));
      } while (places.at(-1) !== null);
      expect(found).toHaveLength(count);
      expect(found).toEqual(await listOf(store, { order, filter, limit: 1000 }));
      expect(places.length).toBeGreaterThan(2);
      calls.close();
      await clients.close();
    },
  );

  it('read a page of a label from the index of labels', async () => {
    const filter = { states: null, labels: [label('project', 'x')] };
    const { planSummary } = await profileIn(client.db(), () => listOf(store, { filter }));
    expect(planSummary).toContain('IXSCAN { tenant: 1, labelPairs: 1, createTimeMs: -1, _id: -1 }');
  });
});
