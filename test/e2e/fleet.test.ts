import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { skipWithoutMongod, withClient } from '../support/mongod.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, ffmpegsOf, get, isAlive, submit, watchToEnd, type Deployment } from './deployment.js';

/** A minute of tiny frames, in sections. */
const montage = {
  materials: Array.from({ length: 16 }, () => ({ uri: 'busy.mp4' })),
  longest_clip: { seconds: 4 },
  resolution: 144,
};

interface Line {
  readonly msg: string;
  readonly task?: string;
  readonly step?: string;
  readonly worker?: string;
  readonly frames?: number;
}

/** A machine whose sections wait for its gate. */
interface Gated {
  readonly service: SpawnedService;
  readonly open: () => Promise<void>;
}

describe.skipIf(skipWithoutMongod())('two machines with one slot and one core each on one MongoDB', () => {
  let place: Deployment;
  const running: SpawnedService[] = [];
  beforeAll(async () => {
    place = await deploy('MongoDB');
    await place.media.video('busy.mp4', { size: '256x144', colors: [], secondsEach: 4, source: 'testsrc2' });
  });
  afterEach(() => Promise.all(running.splice(0).map((service) => service.kill())));
  afterAll(() => place.close());

  async function machine(name: string, env: Record<string, string> = {}): Promise<SpawnedService> {
    const service = await place.start({
      ...{ CUTROOM_DATA_DIR: join(place.dataDir, name), CUTROOM_SLOTS: '1', CUTROOM_CORES: '1' },
      ...{ CUTROOM_LEASE_MS: '3000', CUTROOM_HEARTBEAT_MS: '500', CUTROOM_SWEEP_MS: '200' },
      // A section that waits looks stalled.
      CUTROOM_STALL_MS: '300000',
      ...env,
    });
    running.push(service);
    return service;
  }

  async function gated(name: string): Promise<Gated> {
    const folder = join(place.dataDir, 'gates', name);
    await mkdir(folder, { recursive: true });
    const [ffmpeg, key] = [join(folder, 'ffmpeg'), join(folder, 'open')];
    const real = process.env.CUTROOM_FFMPEG ?? 'ffmpeg';
    const wait = `case "$*" in *section-*) while [ ! -e '${key}' ]; do sleep 0.05; done;; esac`;
    await writeFile(ffmpeg, `#!/bin/sh\n${wait}\nexec ${real} "$@"\n`);
    await chmod(ffmpeg, 0o755);
    return { service: await machine(name, { CUTROOM_FFMPEG: ffmpeg }), open: () => writeFile(key, '') };
  }

  const linesOf = ({ log }: SpawnedService, msg: string, { name }: { readonly name: string }) =>
    log.map((line) => JSON.parse(line) as Line).filter((line) => line.msg === msg && line.task === name);
  const helped = (service: SpawnedService, task: { readonly name: string }) =>
    linesOf(service, 'section rendered for another worker', task);
  const hasClaimed = (service: SpawnedService, task: { readonly name: string }) =>
    linesOf(service, 'task claimed', task).length > 0;
  const atSection = (service: SpawnedService) =>
    eventually('it is at a section', async () => (await ffmpegsOf(service.pid))[0], 60_000);

  it('render a long video together, of the same bytes as one of them alone', async () => {
    const owner = await gated('first');
    const client = place.client(owner.service);
    const task = await submit(client, montage);
    await eventually('the first has it', () => hasClaimed(owner.service, task));
    const helper = await machine('second');
    // The first waits at its first section; what it has offered is done meanwhile.
    await eventually('the second helps', () => helped(helper, task).length >= 3, 60_000);
    const counted = async () => ((await get(client, task.name)).progress_detail?.frames_done ?? 0) >= 3 * 240;
    await eventually('its frames are counted', counted);
    await owner.open();
    const end = (await watchToEnd(client, task.name)).at(-1)!.task;
    expect(end).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
    expect(Number(end.outputs[0]?.reused_duration?.seconds ?? 0)).toBe(0);

    const rendered = linesOf(owner.service, 'section rendered', task);
    expect(new Set(rendered.map(({ worker }) => worker)).size).toBe(2);
    expect(new Set(rendered.map(({ step }) => step)).size).toBe(rendered.length);
    expect(rendered.reduce((sum, { frames }) => sum + (frames ?? 0), 0)).toBe(end.outputs[0]!.frame_count);
    expect(await withClient(place.uri!, (mongo) => mongo.db().collection('steps').countDocuments())).toBe(0);

    const alone = await submit(client, montage, { cache: 'CACHE_MODE_NO_STORE' });
    const one = (await watchToEnd(client, alone.name)).at(-1)!.task;
    expect([...linesOf(owner.service, 'section rendered', alone), ...helped(helper, alone)]).toEqual([]);
    expect(one.outputs[0]!.sha256).toBe(end.outputs[0]!.sha256);
  });

  it('stop the ffmpeg of a helper with a cancel, and lose one section with a helper that is killed', async () => {
    // Another size: nothing of it was rendered before.
    const larger = { ...montage, resolution: 180 };
    const machines = [await gated('third'), await gated('fourth')];
    const client = place.client(machines[0]!.service);

    /** A task at which each of them is at a section, and which of them helps. */
    async function shared() {
      const task = await submit(client, larger, { cache: 'CACHE_MODE_USE' });
      const ffmpegs = await Promise.all(machines.map(({ service }) => atSection(service)));
      const helper = hasClaimed(machines[0]!.service, task) ? 1 : 0;
      return { task, helper: machines[helper]!, owner: machines[1 - helper]!, ffmpeg: ffmpegs[helper]! };
    }

    const first = await shared();
    await client.call('CancelTask', { name: first.task.name });
    await eventually('its ffmpeg is dead', async () => !(await isAlive(first.ffmpeg)));
    const noFfmpeg = async () => (await Promise.all(machines.map(({ service }) => ffmpegsOf(service.pid)))).flat();
    await eventually('no ffmpeg is left', async () => (await noFfmpeg()).length === 0);

    const { task, helper, owner } = await shared();
    await helper.service.kill();
    await owner.open();
    const end = (await watchToEnd(place.client(owner.service), task.name)).at(-1)!.task;
    expect(end).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
    expect(new Set(linesOf(owner.service, 'section rendered', task).map(({ worker }) => worker)).size).toBe(1);
  });
});
