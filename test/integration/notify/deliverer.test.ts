import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { systemClock } from '../../../src/app/system-clock.js';
import { createHttpNotifier } from '../../../src/notify/http-notifier.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { cancelled, progressed } from '../../../src/task/lifecycle.js';
import type { NotifyEvent } from '../../../src/task/notify.js';
import type { Notifier } from '../../../src/task/ports/notifier.js';
import type { Store } from '../../../src/task/ports/store.js';
import { newSigningSecret } from '../../../src/task/signing-secret.js';
import type { Task } from '../../../src/task/task.js';
import type { Redelivery } from '../../../src/task/deliveries.js';
import { redeliverEvents } from '../../../src/task/use-cases/redeliver-events.js';
import { printEvent } from '../../../src/wire/print-event.js';
import { AttemptLease } from '../../../src/worker/attempt-lease.js';
import { type DelivererDeps, runDeliverer } from '../../../src/worker/deliverer.js';
import { claim, insertQueued, LONG_MS } from '../../contract/store-under-test.js';
import { eventually } from '../../support/eventually.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';
import { progressAt } from '../../support/paused-renderer.js';
import { CallError } from '../../../src/task/call-error.js';
import { recordEvents } from '../../support/task-events.js';
import { signedHeaders, startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.js';

const RULES = { mode: 'public', allow: [{ kind: 'range', cidr: '127.0.0.0/8', port: null }] } as const;

let receiver: WebhookReceiver;
let store: Store;
let running: { readonly stop: () => Promise<void>; readonly log: readonly string[] }[];
beforeEach(async () => {
  receiver = await startWebhookReceiver();
  store = createMemoryStore({ nowMs: () => systemClock.nowMs() });
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map(({ stop }) => stop()));
  await store.close();
  await receiver.down().catch(() => undefined);
});

const forAll = (notifier: Notifier) => ({ of: () => notifier });

/** A deliverer as a service has it, with short pauses. */
function start(on: Store, changes: Partial<DelivererDeps> = {}) {
  const ending = new AbortController();
  const events = recordEvents();
  const ended = runDeliverer(
    {
      store: on,
      clock: systemClock,
      events,
      notifier: forAll(createHttpNotifier({ rules: () => RULES, timeoutMs: 500 })),
      printEvent: (task, event, timeMs) => printEvent(task, event, timeMs, null),
      retryDelaysMs: [20, 20, 20],
      pollMs: 5,
      ...changes,
    },
    ending.signal,
  );
  const deliverer = {
    log: events.log,
    stop: async () => {
      ending.abort();
      await ended;
    },
  };
  running.push(deliverer);
  return deliverer;
}

async function insertTelling(on: Store, events: readonly NotifyEvent[] = ['ENDED'], secretId: string | null = null) {
  return insertQueued(on, { notify: [{ url: receiver.url, events, secretId }], nowMs: Date.now() });
}

async function end(on: Store, task: Task): Promise<Task> {
  const ended = cancelled(task, Date.now());
  expect(await on.replace(task, ended, { leaseMs: 0 })).toBe(true);
  return ended;
}

const recordsOf = async (on: Store, task: Task) => (await on.get(task))?.deliveries ?? [];
const until = (on: Store, task: Task, state: string) =>
  eventually(`the delivery is ${state}`, async () => (await recordsOf(on, task)).every((each) => each.state === state));

describe('the deliverer', () => {
  it('leaves an event alone for some time when the store cannot be written', async () => {
    await end(store, await insertTelling(store));
    let reads = 0;
    const { log } = start(
      {
        ...store,
        replace: () => Promise.reject(new CallError({ reason: 'STORE_UNAVAILABLE' })),
        withDueDeliveries: (...args) => {
          reads += 1;
          return store.withDueDeliveries(...args);
        },
      },
      { pollMs: 20 },
    );
    await eventually('two faults', () => log.length >= 2);
    // Between two faults are five looks, each after a pause.
    expect(reads).toBeLessThan(40);
    expect(receiver.hooks).toEqual([]);
  });

  it('delivers the events of a tenant while another has many that get no answer', async () => {
    const sent: string[] = [];
    const notifier = {
      check: () => null,
      send: ({ url }: { url: string }, signal: AbortSignal) => {
        sent.push(url);
        const delivered = { kind: 'DELIVERED', status: 200 } as const;
        if (url === receiver.url) return Promise.resolve(delivered);
        return new Promise<typeof delivered>((resolve) => {
          signal.addEventListener('abort', () => {
            resolve(delivered);
          });
        });
      },
    };
    for (let i = 0; i < 40; i += 1) {
      const notify = [{ url: `http://127.0.0.1:${i + 1}/`, events: ['ENDED'] as const, secretId: null }];
      await end(store, await insertQueued(store, { tenant: 'silent', notify, nowMs: Date.now() }));
    }
    const task = await end(store, await insertTelling(store));
    start(store, { notifier: forAll(notifier) });
    await until(store, task, 'DELIVERED');
    expect(sent.filter((url) => url !== receiver.url).length).toBeLessThanOrEqual(16);
    expect(sent.length).toBeGreaterThan(1);
  });

  it('delivers the end of a task with the task in it, signed, and records that', async () => {
    const secret = newSigningSecret({ name: 'a', tenant: 'default' }, { random: randomBytes(40), nowMs: 1 });
    await store.putSigningSecret(secret);
    const task = await end(store, await insertTelling(store, ['ENDED'], secret.id));
    const { log } = start(store);
    await until(store, task, 'DELIVERED');
    expect(receiver.hooks).toHaveLength(1);
    const [hook] = receiver.hooks;
    new Webhook(secret.text).verify(hook!.body, signedHeaders(hook!));
    expect(hook!.headers['webhook-id']).toBe(`evt_${task.id}_2_0`);
    expect(hook!.json).toMatchObject({ type: 'task.ended', data: { name: `tasks/${task.id}`, state: 'CANCELLED' } });
    expect(await recordsOf(store, task)).toMatchObject([
      { target: 0, event: 'ENDED', revision: 2, attempts: 1, lastStatus: 204, problem: null, nextAttemptMs: null },
    ]);
    expect(log).toContain(`delivery ${task.id} DELIVERED`);
  });

  it('delivers to a receiver that is down once it comes back, under the same id, and gives up after the last attempt', async () => {
    await receiver.down();
    const task = await end(store, await insertTelling(store));
    start(store, { retryDelaysMs: [20, 20, 20, 60_000] });
    await eventually('some attempts', async () => (await recordsOf(store, task))[0]!.attempts >= 2);
    await receiver.up();
    await until(store, task, 'DELIVERED');
    const [record] = await recordsOf(store, task);
    expect(record!.attempts).toBeGreaterThan(2);

    receiver.answer = (response) => response.writeHead(503).end();
    // It would begin at once, and cut its attempt at the stop.
    await running[0]!.stop();
    const other = await end(store, await insertTelling(store));
    start(store);
    await until(store, other, 'ABANDONED');
    expect(await recordsOf(store, other)).toMatchObject([{ attempts: 4, lastStatus: 503, problem: 'HTTP_STATUS' }]);
    const ids = receiver.hooks.map(({ headers }) => headers['webhook-id']).filter((id) => id !== `evt_${task.id}_2_0`);
    expect(ids).toEqual(Array(4).fill(`evt_${other.id}_2_0`));
  });

  it('takes a receiver that is too slow for one that failed', async () => {
    receiver.answer = () => undefined;
    const task = await end(store, await insertTelling(store));
    start(store, { retryDelaysMs: [] });
    await until(store, task, 'ABANDONED');
    expect(await recordsOf(store, task)).toMatchObject([{ problem: 'TIMEOUT', lastStatus: null }]);
  });

  it('sends nothing more to a URL that answered 410, until it is asked to', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    const queued = await insertTelling(store, ['STATE_CHANGED', 'ENDED']);
    const claimed = claim(queued);
    await store.replace(queued, claimed, { leaseMs: LONG_MS });
    start(store);
    await until(store, queued, 'ABANDONED');
    await end(store, (await store.get(queued))!);
    expect(await recordsOf(store, queued)).toMatchObject([{ event: 'STATE_CHANGED', problem: 'GONE' }]);
    expect(receiver.hooks).toHaveLength(1);

    receiver.answer = (response) => response.writeHead(200).end();
    const redeliver = (which: Partial<Redelivery>) =>
      redeliverEvents({ store, clock: systemClock, quotas: null }, queued, {
        includeDelivered: false,
        includeGone: false,
        ...which,
      });
    const { revision: before } = (await store.get(queued))!;
    expect((await redeliver({ includeDelivered: true })).revision).toBe(before);
    await redeliver({ includeGone: true });
    await until(store, queued, 'DELIVERED');
    expect(receiver.hooks[1]!.json).toMatchObject({ type: 'task.state_changed', data: { state: 'CANCELLED' } });
    // Nothing was given up any more.
    const revision = (await store.get(queued))!.revision;
    await redeliver({});
    expect((await store.get(queued))!.revision).toBe(revision);
    await redeliver({ includeDelivered: true });
    await eventually('one more', () => receiver.hooks.length === 3);
  });

  it('gives up what a revoked secret should have signed, without sending it', async () => {
    const secret = newSigningSecret({ name: 'a', tenant: 'default' }, { random: randomBytes(40), nowMs: 1 });
    await store.putSigningSecret(secret);
    const task = await end(store, await insertTelling(store, ['ENDED'], secret.id));
    await store.revokeSigningSecret(secret.id, Date.now());
    start(store);
    await until(store, task, 'ABANDONED');
    expect(await recordsOf(store, task)).toMatchObject([{ problem: 'SECRET_REVOKED' }]);
    expect(receiver.hooks).toEqual([]);
  });

  it('does not come between a running attempt and its lease', async () => {
    const queued = await insertTelling(store, ['STATE_CHANGED']);
    const claimed = claim(queued);
    await store.replace(queued, claimed, { leaseMs: LONG_MS });
    const lease = new AttemptLease(claimed, systemClock.monotonicMs(), { store, clock: systemClock, leaseMs: LONG_MS });
    start(store);
    await until(store, queued, 'DELIVERED');
    const after = await lease.change((task) => progressed(task, progressAt(7), Date.now()));
    expect(after).toMatchObject({ percent: 7, deliveries: [{ state: 'DELIVERED' }] });
    expect(receiver.hooks[0]!.json.data).toMatchObject({ state: 'RUNNING', attempt: 1 });
  });

  it('delivers again what a process left under way, once its time is up, and counts that attempt', async () => {
    receiver.answer = () => undefined;
    const task = await end(store, await insertTelling(store));
    const dead = start(store, { notifier: forAll(createHttpNotifier({ rules: () => RULES, timeoutMs: 60_000 })) });
    await eventually('the attempt', () => receiver.hooks.length === 1);
    receiver.answer = (response) => response.writeHead(204).end();
    let aheadMs = 0;
    start(store, { clock: { ...systemClock, nowMs: () => Date.now() + aheadMs } });
    await eventually('a look', async () => (await recordsOf(store, task))[0]!.attempts === 1);
    expect(receiver.hooks).toHaveLength(1);
    aheadMs = 61_000;
    await until(store, task, 'DELIVERED');
    expect(await recordsOf(store, task)).toMatchObject([{ attempts: 2 }]);
    // The first comes to nothing, and says nothing of the second.
    await dead.stop();
    expect(await recordsOf(store, task)).toMatchObject([{ state: 'DELIVERED', attempts: 2 }]);
  });

  it('lets a slow receiver hold up no other', async () => {
    const slow = await startWebhookReceiver();
    slow.answer = () => undefined;
    for (let i = 0; i < 120; i++)
      await end(store, await insertQueued(store, { notify: [{ url: slow.url, events: ['ENDED'], secretId: null }] }));
    const quick = await end(store, await insertTelling(store));
    start(store, { notifier: forAll(createHttpNotifier({ rules: () => RULES, timeoutMs: 60_000 })) });
    await until(store, quick, 'DELIVERED');
    expect(slow.hooks.length).toBeLessThanOrEqual(8);
    await Promise.all(running.map(({ stop }) => stop()));
    await slow.down();
  });
});

describe.skipIf(skipWithoutMongod())('deliverers of two processes on one MongoDB', () => {
  let mongod: Mongod;
  beforeAll(async () => {
    mongod = await startMongod();
  });
  afterAll(() => mongod.stop());

  it('deliver each event once', async () => {
    const uri = mongod.uriOf(`hooks-${randomUUID()}`);
    const [one, other] = [await createMongoStore({ uri }), await createMongoStore({ uri })];
    // A busy machine is no second attempt.
    const patient = { notifier: forAll(createHttpNotifier({ rules: () => RULES, timeoutMs: 60_000 })) };
    const deliverers = [start(one, patient), start(other, patient)];
    const tasks: Task[] = [];
    for (let i = 0; i < 20; i++) tasks.push(await end(one, await insertTelling(one)));
    for (const task of tasks) await until(one, task, 'DELIVERED');
    await Promise.all(deliverers.map(({ stop }) => stop()));
    const ids = receiver.hooks.map(({ headers }) => String(headers['webhook-id']));
    expect(ids.sort()).toEqual(tasks.map(({ id }) => `evt_${id}_2_0`).sort());
    await Promise.all([one.close(), other.close()]);
  });
});
