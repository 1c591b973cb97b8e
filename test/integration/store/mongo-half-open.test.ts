import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openObjects } from '../../../src/app/open-storage.js';
import { createObjectOutputs } from '../../../src/media/objects/object-outputs.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { cancelled } from '../../../src/task/lifecycle.js';
import type { TaskHint } from '../../../src/task/ports/task-feed.js';
import type { Store } from '../../../src/task/ports/store.js';
import { claim, insertQueued, insertRunning, LONG_MS } from '../../contract/store-under-test.js';
import { eventually } from '../../support/eventually.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

const DEADLINE_MS = 1_000;
/** A call has its deadline, a change a second one; the rest is for a machine that is busy. */
const ANSWERED_MS = 30_000;
/** After the end of an outage; its five seconds, and the same again for a machine that is busy. */
const RECOVERED_MS = 30_000;

/** `npm run chaos:cluster -- --form half-open` has three nodes and whole processes. */
describe.skipIf(skipWithoutMongod())('connections to MongoDB that become half-open', () => {
  let mongod: Mongod;
  let proxy: TcpProxy;
  /** On the other side of the proxy: another machine, which notices nothing. */
  let others: Store;
  let folder: string;
  const opened: Store[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutroom-half-open-'));
    mongod = await startMongod({
      through: async (port) => {
        proxy = await startTcpProxy(() => port);
        return proxy.port;
      },
    });
    const { port } = mongod.nodes[0]!;
    others = await createMongoStore({ uri: `mongodb://127.0.0.1:${port}/half?directConnection=true` });
  });
  afterEach(async () => {
    proxy.heal();
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  afterAll(async () => {
    await others.close();
    await mongod.stop();
    proxy.close();
    await rm(folder, { recursive: true });
  });

  async function openStore(): Promise<Store> {
    const store = await createMongoStore({ uri: mongod.uriOf('half'), callDeadlineMs: DEADLINE_MS });
    opened.push(store);
    return store;
  }

  it('leave no call unanswered, and none of them is carried out twice or by halves', async () => {
    const store = await openStore();
    const [queued, running] = [await insertQueued(store), await insertRunning(store)];
    const renewal = { key: running, fence: running.fence, attemptId: running.attemptId!, leaseMs: LONG_MS };
    proxy.halfOpen();
    const startMs = performance.now();
    const ends = await Promise.allSettled([
      store.get(queued),
      store.replace(queued, claim(queued), { leaseMs: LONG_MS }),
      store.renewLease(renewal),
      store.queued(8, { after: '' }),
      store.steps!.open(9, { notBy: 'w' }),
      store.lead('w', { leaseMs: 1000 }),
    ]);
    expect(performance.now() - startMs).toBeLessThan(ANSWERED_MS);
    for (const end of ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { detail: { reason: 'STORE_UNAVAILABLE' } } });
    expect((await others.get(queued))?.state).toBe('QUEUED');
    proxy.heal();
    const again = await eventually('it answers', () => store.get(queued).catch(() => null), RECOVERED_MS);
    expect(again).toEqual(queued);
    expect(await store.renewLease(renewal)).toBe(true);
    expect(await store.replace(queued, claim(queued), { leaseMs: LONG_MS })).toBe(true);
  });

  it('let the feed miss nothing of what others did meanwhile', async () => {
    const store = await openStore();
    const hints: TaskHint[] = [];
    let gaps = 0;
    store.feed.subscribe({ onHint: (hint) => hints.push(hint), onGap: () => (gaps += 1) });
    const task = await insertQueued(others);
    const heard = (state: string) => () => hints.some(({ key, state: now }) => key.id === task.id && now === state);
    await eventually('the feed hears of it', heard('QUEUED'), RECOVERED_MS);
    proxy.halfOpen();
    await others.replace(task, cancelled(task, 2), { leaseMs: 0 });
    await eventually(
      'the store is silent',
      () =>
        store.ping().then(
          () => false,
          () => true,
        ),
      ANSWERED_MS,
    );
    expect(heard('CANCELLED')()).toBe(false);
    proxy.heal();
    await eventually('the feed goes on where it was', heard('CANCELLED'), RECOVERED_MS);
    expect(gaps).toBe(0);
  });

  it('hold up a video on its way to GridFS, which arrives whole', async () => {
    const storage = await openObjects({ storage: { kind: 'GRIDFS', uri: mongod.uriOf('half') } });
    const { objects } = storage!;
    try {
      const bytes = randomBytes(24 * 1024 * 1024);
      const file = join(folder, randomUUID());
      await writeFile(file, bytes);
      const outputs = createObjectOutputs({ objects, directMs: null });
      const publish = (id: string) =>
        outputs.publish([{ path: file, name: 'v.mp4' }], { key: { tenant: 'a', id }, fence: 1, attemptId: 'x' });
      // Before the outage, so that there are connections to lose.
      await publish('first');
      proxy.halfOpen();
      const published = publish('second');
      const silent = await openStoreSilently();
      expect(silent).toBe(true);
      proxy.heal();
      const location = await published;
      const content = await outputs.open(location);
      if (content?.kind !== 'stream') throw new Error('no stream');
      const parts: Uint8Array[] = [];
      for await (const part of content.read(new AbortController().signal)) parts.push(part);
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    } finally {
      await storage!.close();
    }
  });

  /** Whether a new process cannot come in: it takes some seconds to find out. */
  async function openStoreSilently(): Promise<boolean> {
    return openStore().then(
      () => false,
      () => true,
    );
  }
});
