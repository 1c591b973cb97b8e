import { execFile } from 'node:child_process';
import { cp, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploy, get, submit, watchToEnd, type Deployment } from './deployment.js';

const run = promisify(execFile);
let place: Deployment;
let folder: string;
beforeEach(async () => {
  place = await deploy('SQLite');
  folder = await mkdtemp(join(tmpdir(), 'cutroom-backup-'));
  await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
});
afterEach(async () => {
  await place.close();
  await rm(folder, { recursive: true, force: true });
});

const backup = (file: string, env: Record<string, string> = {}) =>
  run('node', ['dist/src/cli/cutroom.js', 'backup', file], {
    env: { ...process.env, CUTROOM_DATA_DIR: place.dataDir, CUTROOM_INPUT_ROOTS: place.media.folder, ...env },
  });

describe('cutroom backup', () => {
  it('copies every acknowledged task of a service that goes on, and another goes on from the copy', async () => {
    const client = place.client(await place.start());
    const rendered = await submit(client, { materials: [{ uri: 'red.mp4' }], resolution: 144 });
    const done = (await watchToEnd(client, rendered.name)).at(-1)!.task;
    expect(done.state).toBe('SUCCEEDED');
    const short = { materials: [{ uri: 'red.mp4' }], longest_clip: { nanos: 100_000_000 }, resolution: 144 };
    const before = await Promise.all(Array.from({ length: 12 }, () => submit(client, short)));
    // Others come meanwhile.
    const after = Promise.all(Array.from({ length: 12 }, () => submit(client, short)));
    const file = join(folder, 'tasks.sqlite');
    expect((await backup(file)).stderr).toContain('copy the folder of videos after it');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await after;
    const dataDir = join(folder, 'restored');
    await cp(join(place.dataDir, 'outputs'), join(dataDir, 'outputs'), { recursive: true });
    await rename(file, join(dataDir, 'cutroom.sqlite'));

    const restored = place.client(await place.start({ CUTROOM_DATA_DIR: dataDir }));
    for (const { name } of before) expect(await get(restored, name)).toMatchObject({ name });
    const { outputs, revision } = await get(restored, done.name);
    expect(revision).toBe(done.revision);
    const answer = await fetch(outputs[0]!.url);
    expect((await answer.arrayBuffer()).byteLength).toBe(Number(outputs[0]!.size_bytes));
    const last = before.at(-1)!;
    expect((await watchToEnd(restored, last.name)).at(-1)!.task.state).toBe('SUCCEEDED');
  });

  it('never writes over a file, and says what to do with MongoDB', async () => {
    await place.start();
    const file = join(folder, 'copy.sqlite');
    await backup(file);
    await expect(backup(file)).rejects.toMatchObject({
      stderr: expect.stringContaining('(EEXIST): name a new file') as string,
    });
    await expect(backup(join(folder, 'x'), { MONGODB_URI: 'mongodb://127.0.0.1:1' })).rejects.toMatchObject({
      stderr: expect.stringContaining('mongodump') as string,
    });
    await expect(backup(join(folder, 'y'), { CUTROOM_DATA_DIR: join(folder, 'none') })).rejects.toMatchObject({
      stderr: expect.stringContaining('cannot be copied') as string,
    });
  });
});
