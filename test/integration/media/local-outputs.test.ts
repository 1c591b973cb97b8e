import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalOutputs, type LocalOutputs } from '../../../src/media/local-outputs.js';
import type { OutputOwner } from '../../../src/task/ports/output-store.js';

let folder: string;
let store: LocalOutputs;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cutroom-outputs-')));
  store = createLocalOutputs({ folder: path.join(folder, 'outputs') });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const KEY = { tenant: 'default', id: 'task-1' };
const attemptOf = (fence: number): OutputOwner => ({ key: KEY, fence, attemptId: `attempt${fence}` });

async function publish(fence: number, content = `by ${fence}`, from = folder): Promise<string> {
  const scratch = path.join(from, `scratch-${fence}`);
  await writeFile(scratch, content);
  return store.publish([{ path: scratch, name: 'final-1.mp4' }], attemptOf(fence));
}

describe('createLocalOutputs', () => {
  it('moves a file to a place of its own attempt', async () => {
    const [one, two] = [await publish(1), await publish(12)];
    expect(one).toBe('default/task-1/1-attempt1/final-1.mp4');
    expect(await readFile((await store.open(one))!.path, 'utf8')).toBe('by 1');
    expect(await readFile((await store.open(two))!.path, 'utf8')).toBe('by 12');
    expect(existsSync(path.join(folder, 'scratch-1'))).toBe(false);
  });

  it('gives files and folders the permissions of the service and its group, whatever they had before', async () => {
    const outputs = path.join(folder, 'outputs');
    await mkdir(path.join(outputs, 'default'), { recursive: true, mode: 0o777 });
    await chmod(path.join(outputs, 'default'), 0o777);
    const scratch = path.join(folder, 'scratch');
    await writeFile(scratch, 'x');
    await chmod(scratch, 0o666);
    const location = await store.publish([{ path: scratch, name: 'final-1.mp4' }], attemptOf(1));
    const modeOf = async (name: string) => ((await stat(path.join(outputs, name))).mode & 0o777).toString(8);
    expect(await modeOf(location)).toBe('640');
    for (const parent of ['', 'default', 'default/task-1', 'default/task-1/1-attempt1'])
      expect(await modeOf(parent)).toBe('750');
  });

  it('crosses file systems', async () => {
    // /dev/shm is one of its own on Linux.
    const other = await mkdtemp('/dev/shm/cutroom-');
    try {
      const location = await publish(1, 'across', other);
      expect(await readFile((await store.open(location))!.path, 'utf8')).toBe('across');
      expect(await readdir(path.join(folder, 'outputs/default/task-1/1-attempt1'))).toEqual(['final-1.mp4']);
      expect(await readdir(other)).toEqual([]);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  describe('with an output of several files', () => {
    const names = ['master.m3u8', 'segment-1.m4s', 'segment-2.m4s'] as const;
    const at = (name: string) => path.join(folder, name);
    const finished = (name: string) => ({ path: at(name), name });
    beforeEach(() => Promise.all(names.map((name) => writeFile(at(name), name))));

    it('stores them in one place, opens them by their names, and removes them together', async () => {
      const [first, ...rest] = names;
      const location = await store.publish([finished(first), ...rest.map(finished)], attemptOf(1));
      expect(await readFile((await store.open(location))!.path, 'utf8')).toBe(first);
      for (const name of rest) expect(await readFile((await store.open(location, name))!.path, 'utf8')).toBe(name);
      expect(await store.open(location, '../../../secret')).toBeNull();
      await store.discardAttempt(attemptOf(1));
      expect(await readdir(at('outputs/default'))).toEqual([]);
    });

    it('publishes all of them or none, and can be called again', async () => {
      await rm(at(names[2]));
      const files = [finished(names[0]), finished(names[1]), finished(names[2])] as const;
      await expect(store.publish(files, attemptOf(1))).rejects.toMatchObject({
        failure: { reason: 'OUTPUT_NOT_STORED' },
      });
      expect(await store.open('default/task-1/1-attempt1/master.m3u8')).toBeNull();
      await writeFile(at(names[2]), names[2]);
      expect(await store.open(await store.publish(files, attemptOf(1)), names[1])).not.toBeNull();
    });
  });

  it('rejects when it cannot store', async () => {
    await writeFile(path.join(folder, 'outputs'), 'a file where the folder should be');
    await expect(publish(1)).rejects.toMatchObject({ failure: { reason: 'OUTPUT_NOT_STORED' } });
  });

  it.each([
    'default/task-1/1-attempt1/../../../../etc/passwd',
    '../secret',
    '/etc/passwd',
    'default/task-1/1-attempt1',
    'default/../default/x',
    'a/b/c/..',
    'a/b/c/.hidden',
    '',
    'default/task-1/1-attempt1/none.mp4',
    'a\0/b/c/d',
  ])('has no file at %j', async (location) => {
    await publish(1);
    expect(await store.open(location)).toBeNull();
  });

  it('does not follow a link out of its folder', async () => {
    const location = await publish(1);
    await writeFile(path.join(folder, 'secret'), 'x');
    await symlink(path.join(folder, 'secret'), path.join(folder, 'outputs/default/task-1/1-attempt1/link.mp4'));
    expect(await store.open(location.replace('final-1', 'link'))).toBeNull();
  });

  it('lists the attempts that have published, and discards one alone', async () => {
    await Promise.all([publish(1), publish(2)]);
    const listed = async () => {
      const fences: number[] = [];
      for await (const { key, fence, attemptId } of store.attempts()) {
        expect([key, attemptId]).toEqual([KEY, `attempt${fence}`]);
        fences.push(fence);
      }
      return fences.sort();
    };
    expect(await listed()).toEqual([1, 2]);
    await store.discardAttempt(attemptOf(1));
    expect(await listed()).toEqual([2]);
    for (const attempt of [attemptOf(2), attemptOf(2)]) await store.discardAttempt(attempt);
    expect(await listed()).toEqual([]);
  });

  it('discards the outputs of other attempts, and no more', async () => {
    const [one, two, twelve] = [await publish(1), await publish(2), await publish(12)];
    await store.discard(KEY, { keepFence: 2 });
    expect(await Promise.all([one, two, twelve].map((l) => store.open(l)))).toEqual([
      null,
      { kind: 'file', path: expect.any(String) as unknown },
      null,
    ]);
    await store.discard(KEY, { keepFence: null });
    expect(await store.open(two)).toBeNull();
    expect(existsSync(path.join(folder, 'outputs/default/task-1'))).toBe(false);
    await store.discard({ tenant: 'default', id: 'never-was' }, { keepFence: null });
  });
});
