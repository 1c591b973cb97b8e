import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelled } from '../../../src/task/lifecycle.js';
import { deliveryAttempted, deliveryTaken } from '../../../src/task/deliveries.js';
import { runSweeper } from '../../../src/worker/sweeper.js';
import { systemClock } from '../../../src/app/system-clock.js';
import { recordEvents } from '../../support/task-events.js';
import { eventually } from '../../support/eventually.js';
import { newTask } from '../../support/new-task.js';
import { cli } from '../../unit/cli/cli-harness.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown> & {
    details?: { fieldViolations?: { field: string; description: string }[] }[];
  };
}

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApiUnderTest();
});
afterAll(() => under.stop());

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${under.httpUrl}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, json: (await answer.json()) as Answer['json'] };
}

const submit = (notify: object[], more: object = {}) =>
  call('POST', '/v1/tasks', { spec: { montage: { materials: [{ uri: 'a.mp4' }] } }, notify, ...more });
const fieldsOf = ({ json }: Answer) =>
  (json.details ?? []).flatMap(({ fieldViolations = [] }) => fieldViolations.map(({ field }) => field));

/** A task that has ended, and could not deliver that. */
async function stored(state: 'PENDING' | 'ABANDONED', nowMs = Date.now()) {
  const notify = [{ url: 'https://hooks.test:8443/path?key=s3cret', events: ['ENDED'] as const, secretId: null }];
  const queued = newTask({ id: randomUUID(), notify, nowMs, ttlMs: 60_000 });
  await under.store.insert(queued, '{}');
  const ended = cancelled(queued, nowMs);
  await under.store.replace(queued, ended, { leaseMs: 0 });
  if (state === 'PENDING') return ended;
  const key = { target: 0, revision: 2 };
  const taken = deliveryTaken(ended, key, { nowMs, untilMs: nowMs + 1, maxAttempts: 1 })!;
  const outcome = { kind: 'FAILED', status: 503, problem: 'HTTP_STATUS' } as const;
  const done = deliveryAttempted(taken, { ...key, attempt: 1, outcome }, { nowMs, delayMs: null })!;
  await under.store.replace(ended, taken, { leaseMs: null });
  await under.store.replace(taken, done, { leaseMs: null });
  return done;
}

describe('the standing targets of a tenant', () => {
  it('are told of each of its tasks, after those of the submit, which may name one of them in its own way', async () => {
    const standing = { url: 'https://acme.test/all', events: ['ENDED', 'STATE_CHANGED'], secretId: null } as const;
    const api = await startApiUnderTest({ standingTargets: (tenant) => (tenant === 'default' ? [standing] : []) });
    try {
      const notifyOf = async (body: object) => {
        const answer = await fetch(`${api.httpUrl}/v1/tasks`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }] } }, ...body }),
        });
        const { taskId } = (await answer.json()) as { taskId: string };
        return (await api.store.get({ tenant: 'default', id: taskId }))?.notify;
      };
      const own = { url: 'https://hooks.test/a', events: ['ENDED'], secretId: null };
      expect(await notifyOf({})).toEqual([standing]);
      expect(await notifyOf({ notify: [{ url: own.url }] })).toEqual([own, standing]);
      expect(await notifyOf({ notify: [{ url: standing.url }] })).toEqual([{ ...own, url: standing.url }]);
      // The same request, whatever the operator has changed meanwhile.
      const repeated = { requestId: randomUUID(), notify: [{ url: own.url }] };
      expect(await notifyOf(repeated)).toEqual(await notifyOf(repeated));
    } finally {
      await api.stop();
    }
  });
});

describe('notify of a submit', () => {
  it('is stored with the task, by default for its end and without a secret', async () => {
    const { status, json } = await submit([
      { url: 'https://hooks.test/a' },
      { url: 'https://hooks.test/b', events: ['EVENT_STATE_CHANGED', 'EVENT_ENDED', 'EVENT_ENDED'] },
    ]);
    expect(status).toBe(200);
    expect((await under.store.get({ tenant: 'default', id: json.taskId as string }))?.notify).toEqual([
      { url: 'https://hooks.test/a', events: ['ENDED'], secretId: null },
      { url: 'https://hooks.test/b', events: ['STATE_CHANGED', 'ENDED'], secretId: null },
    ]);
    expect(json.deliveries).toEqual([]);
  });

  it('is part of the body that a request id stands for', async () => {
    const requestId = randomUUID();
    const first = await submit([{ url: 'https://hooks.test/a' }], { requestId });
    expect((await submit([{ url: 'https://hooks.test/a' }], { requestId })).json.taskId).toBe(first.json.taskId);
    expect((await submit([{ url: 'https://hooks.test/b' }], { requestId })).status).toBe(409);
  });

  it.each([{ validateOnly: false }, { validateOnly: true }])(
    'is refused with every field at fault, %j',
    async (more) => {
      const other = await under.secrets.create({ name: 'one', tenant: 'other' });
      const mine = await under.secrets.create({ name: 'one', tenant: 'default' });
      expect((await submit([{ url: 'https://a.test/', secret: `signingSecrets/${mine.id}` }], more)).status).toBe(200);
      await under.secrets.revoke(mine.id);
      const refused = await submit(
        [
          { url: '' },
          { url: 'http://10.1.2.3/', secret: `signingSecrets/${other.id}` },
          { url: 'https://a.test/', secret: `signingSecrets/${mine.id}` },
          { url: 'https://a.test/', secret: 'mine' },
        ],
        more,
      );
      expect(refused.status).toBe(400);
      expect(fieldsOf(refused).sort()).toEqual([
        ...[
          'notify[0].url',
          'notify[1].secret',
          'notify[1].url',
          'notify[2].secret',
          'notify[3].secret',
          'notify[3].url',
        ],
      ]);
      expect(
        fieldsOf(
          await submit(
            Array.from({ length: 5 }, () => ({ url: 'https://a.test/' })),
            more,
          ),
        ),
      ).toEqual(['notify']);
      expect(fieldsOf(await submit([{ url: `https://a.test/${'x'.repeat(2048)}` }], more))).toEqual(['notify[0].url']);
    },
  );
});

describe('the deliveries of a task', () => {
  it('are shown with the host alone, and begin anew when a caller asks', async () => {
    const { id } = await stored('ABANDONED');
    const { json } = await call('GET', `/v1/tasks/${id}`);
    expect(json.deliveries).toEqual([
      expect.objectContaining({
        target: 0,
        host: 'hooks.test:8443',
        event: 'EVENT_ENDED',
        revision: '2',
        state: 'ABANDONED',
        attempts: 1,
        lastStatus: 503,
        reason: 'HTTP_STATUS',
        nextAttemptTime: null,
      }),
    ]);
    expect(JSON.stringify(json)).not.toContain('s3cret');
    const again = await call('POST', `/v1/tasks/${id}:redeliver`, {});
    expect(again.json).toMatchObject({ revision: '5', deliveries: [{ state: 'PENDING', attempts: 0, reason: '' }] });
    const { stdout } = await cli(['--address', under.grpcAddress, 'redeliver', id]);
    expect(stdout).toBe(`${id}  1 to deliver\n`);
  });

  it('keep a task from being deleted, unless its caller gives them up', async () => {
    const [one, other] = [await stored('PENDING'), await stored('PENDING')];
    const refused = await call('DELETE', `/v1/tasks/${one.id}`);
    expect([refused.status, JSON.stringify(refused.json)]).toEqual([
      400,
      expect.stringContaining('DELIVERIES_PENDING'),
    ]);
    expect((await call('DELETE', `/v1/tasks/${one.id}?dropDeliveries=true`)).status).toBe(200);
    const address = ['--address', under.grpcAddress];
    expect((await cli([...address, 'delete', other.id])).stderr).toContain('drop_deliveries');
    expect((await cli([...address, 'delete', other.id, '--drop-deliveries'])).exitCode).toBe(0);
    expect(await under.store.get(other)).toBeNull();
    expect((await call('DELETE', `/v1/tasks/${(await stored('ABANDONED')).id}`)).status).toBe(200);
  });

  it('keep a task whose time is up until they have ended', async () => {
    const longAgo = Date.now() - 3_600_000;
    const [waiting, done] = [await stored('PENDING', longAgo), await stored('ABANDONED', longAgo)];
    const ending = new AbortController();
    const events = recordEvents();
    const outputs = { discard: () => Promise.resolve() } as never;
    const deps = { store: under.store, clock: systemClock, events, outputs, owner: 'o', isUnderWay: () => false };
    const ended = runSweeper({ ...deps, sweepIntervalMs: 5, leaseMs: 5 }, ending.signal);
    await eventually('the other is gone', async () => (await under.store.get(done)) === null);
    const kept = await eventually('it is put off', async () => {
      const task = await under.store.get(waiting);
      return task !== null && task.expireTimeMs! > Date.now() && task;
    });
    expect(kept).toMatchObject({ deliveries: [{ state: 'PENDING' }] });
    ending.abort();
    await ended;
  });
});

describe('cutroom secrets', () => {
  const secrets = (...args: string[]) => cli(['--address', under.grpcAddress, 'secrets', ...args]);

  it('makes a secret that is shown once, lists it without its text, and revokes it by either name', async () => {
    const made = await secrets('create', 'Studio', '--tenant', 'acme');
    const [id, text] = made.stdout.trim().split('  ');
    expect([made.exitCode, text]).toEqual([0, expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)]);
    const { stdout } = await secrets('list', '--tenant', 'acme');
    expect(stdout).toBe(`${id}  in force  acme  Studio\n`);
    expect((await secrets('list', '--tenant', 'acme', '--json')).stdout).not.toContain('whsec_');
    for (const name of [id!, `signingSecrets/${id}`])
      expect((await secrets('revoke', name)).stdout).toContain('  revoked ');
    expect((await under.store.getSigningSecret(id!))?.text).toBe('');
    const json = JSON.parse((await secrets('create', 'one', '--json')).stdout) as {
      secret: string;
      signingSecret: object;
    };
    expect([json.secret.slice(0, 6), json.signingSecret]).toEqual([
      'whsec_',
      expect.objectContaining({ tenant: 'default' }),
    ]);
  });

  it('says what is wrong', async () => {
    expect((await secrets('create', '', '--tenant', '../x')).stderr).toMatch(
      /signing_secret\.display_name: must have 1 to 100[^]*signing_secret\.tenant: must be 1 to 63/,
    );
    expect((await secrets('revoke', '0123456789abcdef')).stderr).toContain('NOT_FOUND');
    expect((await secrets('revoke', 'x')).stderr).toContain('signingSecrets/{id}');
  });
});
