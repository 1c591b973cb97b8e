import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLimits } from '../../../src/config/limits.js';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { DAY_MS, utcDayOf } from '../../../src/task/utc-day.js';
import { authenticated, KEYS_ONLY, storeKey } from '../../support/api-keys.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

/** 100 × 50 pixels, 25 frames a second. */
const FRAME = { width: 100, height: 50, frameRate: '25' };
const SECOND = 100 * 50 * 25;

/** A spec without inputs, so that its size is known at the submit. */
function lasting(seconds: number): object {
  const clips = [{ color: { color: '#000000' }, duration: `${seconds}s` }];
  return { spec: { timeline: { canvas: FRAME, tracks: [{ clips }] } } };
}
const OF_INPUTS = { spec: { montage: { materials: [{ uri: 'a.mp4' }] } } };
const SOUND = { spec: { ...OF_INPUTS.spec, outputs: [{ audio: { format: 'FORMAT_MP3' } }] } };

let folder: string;
let api: ApiUnderTest;
let keys: Record<'acme' | 'briar', string>;
/** An hour before the end of a day; later than the machine's own, so that no task is over its times by that. */
const evening = (utcDayOf(Date.now()) + 2) * DAY_MS - 3_600_000;
let nowMs: number;

beforeEach(async () => {
  nowMs = evening;
  folder = await mkdtemp(join(tmpdir(), 'cutroom-day-'));
  api = await startApiUnderTest({
    store: createSqliteStore({ file: join(folder, 'tasks.db') }),
    limits: parseLimits(`tenants: { acme: { pixel_frames_per_day: ${10 * SECOND} } }`),
    withStore: (store) => authenticated(store, KEYS_ONLY),
    nowMs: () => nowMs,
  });
  const keyOf = async (tenant: string) => (await storeKey(api.store, { tenant })).text;
  keys = { acme: await keyOf('acme'), briar: await keyOf('briar') };
});
afterEach(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

async function call(path: string, body: object, tenant: keyof typeof keys = 'acme') {
  const answer = await fetch(`${api.httpUrl}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[tenant]}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { name = '', ...error } = (await answer.json()) as { name?: string };
  return { status: answer.status, headers: answer.headers, name, error };
}
const submit = (body: object, tenant?: keyof typeof keys) => call('tasks', body, tenant);
const used = (tenant = 'acme') => api.store.pixelFramesOn({ tenant, day: utcDayOf(nowMs) });

describe('a tenant with a limit of the day', () => {
  it('is refused what is too much for the rest of the day, told when the next one begins, and gets it then', async () => {
    expect((await submit(lasting(7))).status).toBe(200);
    const refused = await submit(lasting(4));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600']);
    expect(refused.headers.get('ratelimit-policy')).toBe(
      `"pixel_frames_per_day";q=${10 * SECOND};qu="pixel-frames";w=86400`,
    );
    expect(JSON.stringify(refused.error)).toMatch(/QUOTA_EXCEEDED.*pixel_frames_per_day.*"retryDelay":"3600s"/);
    expect(JSON.stringify(refused.error)).toContain('repeat the call in 3600 s, when the next day begins');
    expect([(await submit(lasting(3))).status, await used()]).toEqual([200, 10 * SECOND]);
    expect([(await submit(lasting(100), 'briar')).status, await used('briar')]).toEqual([200, 0]);
    nowMs += 3_600_000;
    expect([(await submit(lasting(4))).status, await used()]).toEqual([200, 4 * SECOND]);
  });

  it('is not told to wait where no day has room', async () => {
    const refused = await submit(lasting(11));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
    expect(JSON.stringify(refused.error)).toContain('make the videos shorter, smaller or fewer"');
    expect(await used()).toBe(0);
  });

  it('is charged once for a repeated submit, and nothing for a refused or a checked one', async () => {
    const requestId = '7b7c0a3e-53ac-4b43-a1ac-7d4b5a6d9a01';
    const [first, second] = [await submit({ ...lasting(7), requestId }), await submit({ ...lasting(7), requestId })];
    expect([first.status, second.status, second.name]).toEqual([200, 200, first.name]);
    expect((await submit({ ...lasting(2), validateOnly: true })).status).toBe(200);
    expect((await submit(lasting(9))).status).toBe(429);
    expect(await used()).toBe(7 * SECOND);
  });

  it('may submit what only inputs decide as long as something is left, and sound always', async () => {
    await submit(lasting(9));
    expect([(await submit(OF_INPUTS)).status, await used()]).toEqual([200, 9 * SECOND]);
    await submit(lasting(1));
    expect([(await submit(OF_INPUTS)).status, (await submit(SOUND)).status]).toEqual([429, 200]);
  });

  it('is charged for a retry as for a submit, and refused one that is too much', async () => {
    const [known, ofInputs] = [await submit(lasting(4)), await submit(OF_INPUTS)];
    const retry = async ({ name }: { name: string }) => {
      await call(`${name}:cancel`, {});
      return (await call(`${name}:retry`, {})).status;
    };
    expect([await retry(known), await used()]).toEqual([200, 8 * SECOND]);
    expect([await retry(known), await retry(ofInputs), await used()]).toEqual([429, 200, 8 * SECOND]);
    await submit(lasting(2));
    expect([
      await retry(ofInputs),
      (await call('tasks/0193e4a0-0000-7000-8000-000000000000:retry', {})).status,
    ]).toEqual([429, 404]);
  });

  it('gets its task though it cannot be counted, which is told', async () => {
    api.store.addPixelFrames = () => Promise.reject(new Error('full'));
    const { status, name } = await submit(lasting(4));
    expect(status).toBe(200);
    expect(api.events).toContain(`error cannot count a task for the limit of the day (${name.replace('tasks/', '')})`);
  });
});
