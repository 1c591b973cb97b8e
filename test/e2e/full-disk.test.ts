import { rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { failureOf, type ForeignClient } from '../support/foreign-client.js';
import { healthOf } from '../support/health.js';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, get, submit, type Deployment } from './deployment.js';

const MIB = 1024 * 1024;
const probe = await mountSmallDisk(1);
await probe?.remove();
const montage = { materials: [{ uri: 'busy.mp4' }], longest_clip: { seconds: 3 }, resolution: 540 };
const UNAVAILABLE = 14;

let place: Deployment;
beforeEach(async () => {
  place = await deploy('SQLite');
  await place.media.video('busy.mp4', { size: '640x360', colors: [], secondsEach: 3, source: 'testsrc2' });
});
afterEach(() => place.close());

async function readiness({ http }: SpawnedService): Promise<[number, string]> {
  const answer = await fetch(`${http}/readyz`);
  return [answer.status, (await answer.text()).trim()];
}

const ended = (client: ForeignClient, name: string) =>
  eventually(
    'its end',
    async () => {
      const task = await get(client, name);
      return ['SUCCEEDED', 'FAILED'].includes(task.state) ? task : null;
    },
    60_000,
  );

describe.skipIf(probe === null)('a service whose disk is full', () => {
  let disk: SmallDisk;
  beforeEach(async () => (disk = (await mountSmallDisk(64))!));
  afterEach(() => disk.remove());

  /** Leaves so much room that SQLite can still write. */
  async function fill(leaveBytes: number): Promise<string> {
    const file = join(disk.folder, 'filler');
    const { bavail, bsize } = await statfs(disk.folder);
    await writeFile(file, Buffer.alloc(bavail * bsize - leaveBytes));
    return file;
  }

  it('takes no work and reports the problem, fails no task, and continues by itself when there is space again', async () => {
    const service = await place.start({ CUTROOM_DATA_DIR: disk.folder, CUTROOM_MIN_FREE_MB: '8' });
    const client = place.client(service);
    const filler = await fill(4 * MIB);
    await eventually('not ready', async () => (await readiness(service))[0] === 503);
    expect((await readiness(service))[1]).toMatch(/^the disk of the data folder is nearly full: \d MiB are free/);
    await eventually('health', async () => (await healthOf(service.grpc)) === 'NOT_SERVING');
    const tasks = await Promise.all([1, 2, 3].map(() => submit(client, montage)));
    await eventually('the log says it', () => place.log().some((line) => line.includes('no task is claimed')));
    for (const { name } of tasks) expect(await get(client, name)).toMatchObject({ state: 'QUEUED' });
    await rm(filler);
    for (const { name } of tasks) {
      const task = await ended(client, name);
      expect(task).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
      expect(task.failures ?? 0).toBe(0);
    }
    expect(await readiness(service)).toEqual([200, 'ok']);
    await eventually('health', async () => (await healthOf(service.grpc)) === 'SERVING');
  });

  it('hands back the render during which it became full', async () => {
    const service = await place.start({ CUTROOM_DATA_DIR: disk.folder, CUTROOM_MIN_FREE_MB: '16' });
    const client = place.client(service);
    const long = { ...montage, materials: Array.from({ length: 20 }, () => ({ uri: 'busy.mp4' })) };
    const { name } = await submit(client, long);
    const frames = async () => (await get(client, name)).progress_detail?.frames_done ?? 0;
    await eventually('frames', async () => (await frames()) > 0, 30_000);
    const filler = await fill(MIB / 2);
    await eventually('handed back', () => place.log().some((line) => line.includes('task handed back')), 60_000);
    await rm(filler);
    const task = await ended(client, name);
    expect(task).toMatchObject({ state: 'SUCCEEDED' });
    expect(task.failures ?? 0).toBe(0);
  });
});

describe('a service whose data folder was deleted', () => {
  it('is not ready, and refuses submits that would be lost', async () => {
    const service = await place.start();
    const client = place.client(service);
    await rename(place.dataDir, `${place.dataDir}.gone`);
    try {
      const error = await failureOf(client.call('SubmitTask', { spec: { montage } }));
      expect(error.code).toBe(UNAVAILABLE);
      expect(Object.keys(error.details)).toContain('google.rpc.RetryInfo');
      await eventually('not ready', async () => (await readiness(service))[0] === 503);
    } finally {
      await rename(`${place.dataDir}.gone`, place.dataDir);
    }
    await eventually('ready again', async () => (await readiness(service))[0] === 200);
    await submit(client, montage);
  });
});
