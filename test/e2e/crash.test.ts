import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceError } from '@grpc/grpc-js';
import { decodeError, type ForeignClient } from '../support/foreign-client.js';
import { eventually } from '../support/eventually.js';
import { skipWithoutMongod } from '../support/mongod.js';
import {
  deploy,
  ffmpegsOf,
  get,
  isAlive,
  keptByService,
  submit,
  watchToEnd,
  type Backend,
  type Deployment,
} from './deployment.js';

const backends: Backend[] = skipWithoutMongod() ? ['SQLite'] : ['SQLite', 'MongoDB'];
/** Short, so that a takeover on MongoDB does not take 20 s. */
const LEASE = { CUTROOM_LEASE_MS: '3000', CUTROOM_HEARTBEAT_MS: '500', CUTROOM_SWEEP_MS: '200' };
const montage = { materials: [{ uri: 'busy.mp4' }], longest_clip: { seconds: 3 }, resolution: 240 };

/** Pauses the first ffmpeg that a service starts, so that its task is in mid-render for as long as a test needs. */
async function pausedFfmpeg(pid: number): Promise<number> {
  return eventually(
    'an ffmpeg is paused',
    async () => {
      const [ffmpeg] = await ffmpegsOf(pid);
      if (ffmpeg === undefined) return null;
      process.kill(ffmpeg, 'SIGSTOP');
      return ffmpeg;
    },
    30_000,
  );
}

describe.each(backends)('a service on %s', (backend) => {
  let place: Deployment;
  beforeEach(async () => {
    place = await deploy(backend);
    await place.media.video('busy.mp4', { size: '640x360', colors: [], secondsEach: 3, source: 'testsrc2' });
  });
  afterEach(() => place.close());

  /** A task in mid-render, where it stays. */
  async function rendering(client: ForeignClient, pid: number) {
    const { name } = await submit(client, montage);
    return { name, ffmpeg: await pausedFfmpeg(pid) };
  }

  it('runs a task again after kill -9 and a restart, and its ffmpeg dies with it', async () => {
    const first = await place.start(LEASE);
    const { name, ffmpeg } = await rendering(place.client(first), first.pid);
    const waiting = await submit(place.client(first), montage);
    await first.kill();
    await eventually('ffmpeg is dead', async () => !(await isAlive(ffmpeg)), 2000);

    const second = await place.start(LEASE);
    const client = place.client(second);
    const end = (await watchToEnd(client, name)).at(-1)!.task;
    expect(end).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
    // A dead worker costs the task no failure.
    expect(end.failures ?? 0).toBe(0);
    expect((await watchToEnd(client, waiting.name)).at(-1)!.task).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
    // The folder of the service that lives, beside its lock; that of the killed one was swept.
    const scratch = await readdir(join(place.dataDir, 'scratch'));
    expect(scratch.filter((name) => !name.includes('.lock'))).toHaveLength(1);
  });

  // What is kept lies in the data folder, whatever the store.
  it.runIf(backend === 'SQLite')(
    'goes on after kill -9 from the sections of a longer video that were done',
    async () => {
      const first = await place.start(LEASE);
      const long = {
        materials: Array.from({ length: 12 }, () => ({ uri: 'busy.mp4' })),
        longest_clip: { seconds: 3 },
        resolution: 360,
      };
      const { name } = await submit(place.client(first), long);
      // One of them may be the sound, and one of the two files of the first section, which has the poster: a whole section is there.
      await eventually('three results of steps', async () => (await keptByService(place.dataDir)) > 2, 60_000);
      await first.kill();

      const end = (await watchToEnd(place.client(await place.start(LEASE)), name)).at(-1)!.task;
      expect(end).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
      const [output] = end.outputs;
      expect(Number(output!.reused_duration?.seconds)).toBeGreaterThan(4);
      expect(output!.frame_count).toBe(1080);
    },
  );

  it('hands back a render at no cost on SIGTERM, ends watchers with UNAVAILABLE, and exits with 0', async () => {
    const first = await place.start({ ...LEASE, CUTROOM_DRAIN_MS: '100' });
    const client = place.client(first);
    const { name } = await rendering(client, first.pid);
    const watching = watchToEnd(client, name).then(
      () => null,
      (error: unknown) => error as ServiceError,
    );
    expect(await first.stop()).toBe(0);
    const error = await watching;
    expect(error).not.toBeNull();
    expect(decodeError(error!)).toMatchObject({ code: 14, details: { 'google.rpc.RetryInfo': {} } });

    const second = await place.start(LEASE);
    const end = (await watchToEnd(place.client(second), name)).at(-1)!.task;
    expect(end).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
    expect(end.failures ?? 0).toBe(0);
  });

  it('lets a short render end on SIGTERM', async () => {
    const service = await place.start({ ...LEASE, CUTROOM_DRAIN_MS: '60000' });
    const { name, ffmpeg } = await rendering(place.client(service), service.pid);
    const stopping = service.stop();
    await eventually('it drains', () => service.log.some((line) => line.includes('"draining"')));
    process.kill(ffmpeg, 'SIGCONT');
    expect(await stopping).toBe(0);
    const second = await place.start({ ...LEASE, CUTROOM_SLOTS: '0' });
    expect(await get(place.client(second), name)).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
  });
});

describe.skipIf(!backends.includes('MongoDB'))('a service beside another on one MongoDB', () => {
  let place: Deployment;
  beforeEach(async () => {
    place = await deploy('MongoDB');
    await place.media.video('busy.mp4', { size: '640x360', colors: [], secondsEach: 3, source: 'testsrc2' });
  });
  afterEach(() => place.close());

  it('watches and cancels a task that the other renders', async () => {
    const worker = await place.start(LEASE);
    const frontend = await place.start({ ...LEASE, CUTROOM_SLOTS: '0' });
    const client = place.client(frontend);
    const task = await submit(client, montage);
    const watching = watchToEnd(client, task.name);
    const ffmpeg = await pausedFfmpeg(worker.pid);
    await client.call('CancelTask', { name: task.name });
    await eventually('ffmpeg is dead', async () => !(await isAlive(ffmpeg)), 1000);
    expect((await watching).at(-1)!.task).toMatchObject({ state: 'CANCELLED' });
  });

  it('takes over the task of the other when that dies, and its watchers see the end', async () => {
    // Both are there before the task is, so that however slow the machine is the heir is not late.
    const services = [await place.start(LEASE), await place.start(LEASE)] as const;
    const task = await submit(place.client(services[0]), montage);
    const claimer = await eventually('it is claimed', () =>
      services.find(({ log }) => log.some((line) => line.includes('"task claimed"') && line.includes(task.name))),
    );
    const [doomed, heir] = claimer === services[0] ? services : [services[1], services[0]];
    await pausedFfmpeg(doomed.pid);
    const watching = watchToEnd(place.client(heir), task.name);
    await doomed.kill();
    const end = (await watching).at(-1)!.task;
    expect(end).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
    expect((await fetch(end.videos![0]!)).status).toBe(200);
  });
});
