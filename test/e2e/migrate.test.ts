import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skipWithoutMongod, startMongod, type Mongod } from '../support/mongod.js';
import { deploy, get, submit, watchToEnd, type Deployment } from './deployment.js';

const run = promisify(execFile);
let place: Deployment;
let mongod: Mongod;
let newData: string;
beforeEach(async () => {
  [place, mongod, newData] = await Promise.all([
    deploy('SQLite'),
    startMongod(),
    mkdtemp(join(tmpdir(), 'cutroom-migrated-')),
  ]);
  await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
});
afterEach(async () => {
  await place.close();
  await mongod.stop();
  await rm(newData, { recursive: true, force: true });
});

const settings = () => ({ MONGODB_URI: mongod.uriOf('moved'), CUTROOM_DATA_DIR: newData });
const migrate = (...options: string[]) =>
  run('node', ['dist/src/cli/cutroom.js', '--json', 'migrate', place.dataDir, ...options], {
    env: { ...process.env, CUTROOM_INPUT_ROOTS: place.media.folder, ...settings() },
  }).then(({ stdout }) => JSON.parse(stdout) as Record<string, unknown>);

describe.skipIf(skipWithoutMongod())('cutroom migrate', () => {
  it('moves tasks, keys, uploads and videos to MongoDB, where the service goes on with them; repeated, it changes nothing', async () => {
    const old = await place.start();
    const client = place.client(old);
    const montage = { materials: [{ uri: 'red.mp4' }], resolution: 144 };
    const rendered = await submit(client, montage, { labels: { of: 'migration' } });
    const done = (await watchToEnd(client, rendered.name)).at(-1)!.task;
    expect(done.state).toBe('SUCCEEDED');
    const { url } = done.outputs[0]!;
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(await (await fetch(url)).arrayBuffer())]), 'again.mp4');
    const sent = await fetch(`${old.http}/api/v1/video_materials`, { method: 'POST', body: form });
    const { data } = (await sent.json()) as { data: { file: string } };
    await expect(migrate()).rejects.toMatchObject({
      stderr: expect.stringContaining('is in use by another') as string,
    });
    const failed = await submit(client, { materials: [{ uri: 'red.mp4' }], longest_clip: { seconds: 1 } });
    await old.kill();

    const tasks = { moved: 2, alreadyThere: 0 };
    expect(await migrate('--dry-run')).toMatchObject({ dryRun: true, tasks, urlKey: 'MOVED' });
    const moved = await migrate();
    expect(moved).toMatchObject({ dryRun: false, tasks, urlKey: 'MOVED', missing: [] });
    expect((moved.files as { moved: number }).moved).toBeGreaterThanOrEqual(3);
    expect(await migrate()).toMatchObject({
      tasks: { moved: 0, alreadyThere: 2 },
      files: { moved: 0, bytes: 0 },
      urlKey: 'ALREADY_THERE',
    });

    const service = await place.start(settings());
    const mover = place.client(service);
    const { outputs, revision } = await get(mover, done.name);
    expect(revision).toBe(done.revision);
    const bytes = Buffer.from(await (await fetch(outputs[0]!.url)).arrayBuffer());
    expect(bytes.byteLength).toBe(Number(outputs[0]!.size_bytes));
    // One that the old service gave out.
    const oldUrl = new URL(url);
    expect((await fetch(`${service.http}${oldUrl.pathname}${oldUrl.search}`)).status).toBe(200);
    const listed = (await mover.call('ListTasks', { filter: 'labels.of = "migration"' })) as unknown as {
      tasks: { name: string }[];
    };
    expect(listed.tasks.map(({ name }) => name)).toEqual([done.name]);
    // What had not ended goes on, and the upload is an input.
    expect((await watchToEnd(mover, failed.name)).at(-1)!.task.state).toBe('SUCCEEDED');
    const again = await submit(mover, { materials: [{ uri: `upload:${data.file}` }], resolution: 144 });
    expect((await watchToEnd(mover, again.name)).at(-1)!.task.state).toBe('SUCCEEDED');
  });

  it('refuses a folder without a store, and an environment without a database', async () => {
    await expect(migrate()).rejects.toMatchObject({ stderr: expect.stringContaining('does not exist') as string });
    const alone = run('node', ['dist/src/cli/cutroom.js', 'migrate', place.dataDir], {
      env: { ...process.env, CUTROOM_DATA_DIR: newData },
    });
    await expect(alone).rejects.toMatchObject({ stderr: expect.stringContaining('MONGODB_URI is not set') as string });
  });
});
