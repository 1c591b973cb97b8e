import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { hintOf, type TaskHint } from '../../../src/task/ports/task-feed.js';
import type { Store } from '../../../src/task/ports/store.js';
import { claim, insertQueued, LONG_MS, newTask } from '../../contract/store-under-test.js';
import { skipWithoutMongod, startMongod, withClient, type Mongod } from '../../support/mongod.js';
import { setFailPoint } from './fail-points.js';
import { underLoad } from '../../support/load.js';

const DEADLINE_MS = 1000;
const unavailable = { detail: { reason: 'STORE_UNAVAILABLE' } };
const eventually = { timeout: 60_000, interval: 20 };

describe.skipIf(skipWithoutMongod())('the feed and the calls of the MongoDB store', () => {
  let mongod: Mongod;
  let client: MongoClient;
  /** The store under test, and another process's. */
  let store: Store;
  let other: Store;
  let troubles: unknown[];
  let heard: { hints: TaskHint[]; gaps: number };

  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.nodes[0]!.directUri, { appName: 'test' }).connect();
  });
  afterAll(async () => {
    await client.close();
    await mongod.stop();
  });
  beforeEach(async () => {
    const uri = mongod.uriOf(`outage-${randomUUID()}`);
    troubles = [];
    store = await createMongoStore({
      uri,
      callDeadlineMs: DEADLINE_MS,
      onBackgroundError: (_, cause) => troubles.push(cause),
    });
    other = await createMongoStore({ uri });
    heard = { hints: [], gaps: 0 };
    store.feed.subscribe({
      onHint: (hint) => heard.hints.push(hint),
      onGap: () => {
        heard.gaps += 1;
      },
    });
  });
  afterEach(async () => {
    await Promise.all([store.close(), other.close()]);
  });

  async function expectHintOfOthers(): Promise<void> {
    const task = await insertQueued(other);
    await vi.waitFor(() => {
      expect(heard.hints).toContainEqual(hintOf(task));
    }, eventually);
  }

  it('report a lost position in the change stream as a gap, and announce later changes', async () => {
    await expectHintOfOthers();
    const lost = await setFailPoint(client, 'failCommand', 'alwaysOn', {
      failCommands: ['getMore'],
      appName: 'cutroom-feed',
      errorCode: 286,
    });
    await vi.waitFor(() => {
      expect(heard.gaps).toBeGreaterThan(0);
    }, eventually);
    await lost.off();
    await expectHintOfOthers();
    expect(troubles[0]).toMatchObject({ code: 286 });
  });

  it('retry a change stream until it opens again', async () => {
    const data = { failCommands: ['getMore', 'aggregate'], appName: 'cutroom-feed', errorCode: 286 };
    const lost = await setFailPoint(client, 'failCommand', 'alwaysOn', data);
    await vi.waitFor(() => {
      expect(troubles.length).toBeGreaterThan(3);
    }, eventually);
    expect(heard.gaps).toBe(0);
    const during = await insertQueued(other);
    await lost.off();
    await vi.waitFor(() => {
      expect(heard.gaps).toBeGreaterThan(0);
    }, eventually);
    expect(await store.get(during)).toEqual(during);
    await expectHintOfOthers();
  });

  it('lose nothing and report no gap when the connection of the change stream breaks', async () => {
    const cut = await setFailPoint(client, 'failCommand', 'alwaysOn', {
      failCommands: ['getMore', 'aggregate'],
      appName: 'cutroom-feed',
      closeConnection: true,
    });
    await cut.entered(4);
    const during = await insertQueued(other);
    await cut.off();
    await vi.waitFor(() => {
      expect(heard.hints).toContainEqual(hintOf(during));
    }, eventually);
    expect(heard.gaps).toBe(0);
  });

  it('report a dropped collection as a gap, and announce new tasks', async () => {
    await insertQueued(other);
    await withClient(mongod.uri, async (admin) => {
      const names = (await admin.db().admin().listDatabases()).databases
        .map(({ name }) => name)
        .filter((name) => name.startsWith('outage-'));
      for (const name of names)
        await admin
          .db(name)
          .collection('tasks')
          .drop()
          .catch(() => false);
    });
    await vi.waitFor(() => {
      expect(heard.gaps).toBeGreaterThan(0);
    }, eventually);
    await expectHintOfOthers();
  });

  it('end within their deadlines while the primary is frozen, and continue when it answers again', async () => {
    const [node] = mongod.nodes;
    const queued = await insertQueued(store);
    await node!.freeze();
    try {
      const startMs = performance.now();
      const reads = [
        store.get(queued),
        store.ping(),
        store.renewLease({ key: queued, fence: 1, attemptId: 'a', leaseMs: 1 }),
      ];
      await Promise.all(reads.map((read) => expect(read).rejects.toMatchObject(unavailable)));
      expect(performance.now() - startMs).toBeLessThan(underLoad(DEADLINE_MS + 500));
      const writes = [store.replace(queued, claim(queued), { leaseMs: LONG_MS }), store.insert(newTask(), '{}')];
      await Promise.all(writes.map((write) => expect(write).rejects.toMatchObject(unavailable)));
      expect(performance.now() - startMs).toBeLessThan(underLoad(3 * DEADLINE_MS + 1000));
    } finally {
      node!.signal('SIGCONT');
    }
    await vi.waitFor(() => store.ping(), eventually);
    await vi.waitFor(() => other.ping(), eventually);
    // The claim's outcome was unknown: by now it is one or the other, and a compare-and-set against what is there works.
    const now = await store.get(queued);
    expect(['QUEUED', 'RUNNING']).toContain(now?.state);
    await expectHintOfOthers();
  });

  it('have every acknowledged task after the kill and restart of a server, and continue the feed', async () => {
    const [node] = mongod.nodes;
    const tasks = await Promise.all(Array.from({ length: 20 }, () => insertQueued(store)));
    node!.signal('SIGKILL');
    await node!.exited();
    await expect(store.ping()).rejects.toMatchObject(unavailable);
    await node!.start();
    await vi.waitFor(() => store.ping(), eventually);
    await vi.waitFor(() => other.ping(), eventually);
    for (const task of tasks) expect(await store.get(task)).toEqual(task);
    await expectHintOfOthers();
  });
});

describe.skipIf(skipWithoutMongod())('a connection to MongoDB', () => {
  it('is rejected in seconds when no server answers, with the hosts and without a password', async () => {
    const failure: unknown = await createMongoStore({ uri: 'mongodb://user:secret-word@127.0.0.1:1/db' }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(String(failure)).toContain('127.0.0.1:1');
    expect(String(failure)).not.toContain('secret-word');
  });

  it('is rejected for a standalone server, with the fix', async () => {
    const mongod = await startMongod({ standalone: true });
    try {
      await expect(createMongoStore({ uri: mongod.uriOf('alone') })).rejects.toThrow(/replica set/);
    } finally {
      await mongod.stop();
    }
  });

  it('uses the database of the URI, else `cutroom`', async () => {
    const mongod = await startMongod();
    try {
      for (const [database, expected] of [
        ['named', 'named'],
        ['', 'cutroom'],
      ] as const) {
        const store = await createMongoStore({ uri: mongod.uriOf(database) });
        const task = await insertQueued(store);
        await store.close();
        const stored = await withClient(mongod.uri, (client) =>
          client.db(expected).collection('tasks').find().toArray(),
        );
        expect(stored.map(({ _id }) => _id)).toEqual([{ tenant: 'default', id: task.id }]);
      }
    } finally {
      await mongod.stop();
    }
  });
});
