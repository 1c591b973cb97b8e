import { mkdir, mkdtemp, readFile, readlink, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSupervised } from '../../../src/engine/process/supervisor.js';
import { createScratch, type Scratch } from '../../../src/engine/scratch.js';
import { QUERY_CLOCKS } from '../../../src/engine/toolchain.js';

let folder: string;
let scratch: Scratch;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cutroom-scratch-')));
  await mkdir(path.join(folder, 'root'));
  await writeFile(path.join(folder, 'root/input'), 'checked');
  await writeFile(path.join(folder, 'secret'), 'secret');
  scratch = await createScratch(path.join(folder, 'scratch'), 'a');
});
afterEach(async () => {
  await scratch.remove();
  await rm(folder, { recursive: true });
});

const input = () => path.join(folder, 'root/input');

/** What a tool in the scratch folder reads under a name. */
async function readByTool(name: string): Promise<string> {
  const { stdout } = await runSupervised({
    program: 'cat',
    args: [name],
    wrapper: [],
    cwd: scratch.folder,
    env: { PATH: process.env.PATH ?? '' },
    inherit: scratch.descriptorsIn([`file:${name}`]),
    clocks: QUERY_CLOCKS,
    signal: new AbortController().signal,
    maxStdoutBytes: 100,
  });
  return stdout.toString();
}

describe('a linked input', () => {
  it.each<[string, () => Promise<void>]>([
    [
      'a link to another file',
      async () => {
        await rm(input());
        await symlink(path.join(folder, 'secret'), input());
      },
    ],
    ['another file', () => rename(path.join(folder, 'secret'), input())],
  ])('remains the file that was checked when it is replaced by %s', async (_, swap) => {
    const name = await scratch.link(input());
    await swap();
    expect(await readByTool(name)).toBe('checked');
    expect(await readFile(scratch.path(name), 'utf8')).toBe('checked');
  });

  it.each<[string, () => Promise<void>]>([
    [
      'it is a link by then',
      async () => {
        await rm(input());
        await symlink(path.join(folder, 'secret'), input());
      },
    ],
    [
      'its folder is a link by then',
      async () => {
        await rename(path.join(folder, 'root'), path.join(folder, 'moved'));
        await symlink(path.join(folder, 'moved'), path.join(folder, 'root'));
      },
    ],
    ['it is gone by then', () => rm(input())],
  ])('is refused when %s', async (_, swap) => {
    await swap();
    await expect(scratch.link(input())).rejects.toThrow('a file was replaced between its check and its use');
  });

  it('is closed when the folder is removed', async () => {
    const name = await scratch.link(input());
    const [descriptor] = scratch.descriptorsIn([name]);
    await scratch.remove();
    const place = await readlink(`/proc/self/fd/${descriptor!}`).catch(() => null);
    expect(place).not.toBe(input());
    expect(scratch.descriptorsIn([name])).toEqual([]);
  });
});
