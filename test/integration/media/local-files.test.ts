import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLocalFiles } from '../../../src/media/local-files.js';
import type { AssetSource } from '../../../src/task/ports/asset-source.js';

let folder: string;
let root: string;
let files: AssetSource;
const socket = createServer();

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cutroom-files-')));
  root = path.join(folder, 'root');
  await mkdir(path.join(root, 'sub'), { recursive: true });
  await mkdir(path.join(folder, 'root-two'));
  await mkdir(path.join(folder, 'outside'));
  for (const name of ['root/a.mp4', 'root/sub/b c%20.mp4', 'root/x:y.mp4', 'root-two/t.mp4', 'outside/secret.mp4'])
    await writeFile(path.join(folder, name), 'x');
  await symlink('../outside/secret.mp4', path.join(root, 'escape.mp4'));
  await symlink('../outside', path.join(root, 'link'));
  await symlink('a.mp4', path.join(root, 'alias.mp4'));
  await symlink('nowhere', path.join(root, 'dangling.mp4'));
  execFileSync('mkfifo', [path.join(root, 'fifo.mp4')]);
  await new Promise<void>((resolve) => socket.listen(path.join(root, 'socket.mp4'), resolve));
  // The root itself may be named by a link.
  await symlink('root', path.join(folder, 'root-link'));
  files = createLocalFiles({ roots: [path.join(folder, 'root-link'), path.join(folder, 'root-two')] });
});
afterAll(async () => {
  socket.close();
  await rm(folder, { recursive: true, force: true });
});

const fetch = (uri: string) =>
  files.fetch(uri, { field: 'the.field', signal: new AbortController().signal, folder: path.join(folder, 'unused') });

describe('createLocalFiles', () => {
  it('finds files by absolute path, file: URL and path relative to any root', async () => {
    const b = path.join(root, 'sub/b c%20.mp4');
    for (const uri of [
      b,
      pathToFileURL(b).href,
      'sub/b c%20.mp4',
      './sub/../sub/b c%20.mp4',
      path.join(folder, 'root-link', 'sub/b c%20.mp4'),
    ]) {
      expect(await files.check(uri), uri).toBeNull();
      expect(await fetch(uri)).toBe(b);
    }
    expect(await fetch('t.mp4')).toBe(path.join(folder, 'root-two/t.mp4'));
    expect(await fetch('x:y.mp4')).toBe(path.join(root, 'x:y.mp4'));
    expect(await fetch('alias.mp4')).toBe(path.join(root, 'a.mp4'));
  });

  it.each([
    ['../outside/secret.mp4', 'outside'],
    ['escape.mp4', 'outside'],
    ['link/secret.mp4', 'outside'],
    ['sub/../../outside/secret.mp4', 'outside'],
    ['/etc/passwd', 'outside'],
    ['file:///etc/passwd', 'outside'],
    ['/no/such/file', 'outside'],
    ['..', 'outside'],
    ['.', 'outside'],
    ['none.mp4', 'does not exist'],
    ['dangling.mp4', 'does not exist'],
    ['a.mp4/b', 'does not exist'],
    ['sub', 'is a folder'],
    ['fifo.mp4', 'no regular file'],
    ['socket.mp4', 'no regular file'],
    ['http://example.com/a.mp4', 'a web address'],
    ['HTTPS://example.com/a.mp4', 'a web address'],
    ['s3://bucket/a.mp4', 'not served'],
    ['file://host/a.mp4', 'no valid file: URL'],
    ['', 'empty'],
    ['a\0.mp4', 'zero byte'],
  ])('refuses %j: %s', async (uri, words) => {
    const problem = await files.check(uri);
    expect(problem?.description).toContain(words);
    expect(problem?.description).not.toContain(folder);
    await expect(fetch(uri)).rejects.toMatchObject({ failure: { reason: 'INPUT_NOT_FOUND', field: 'the.field' } });
  });

  it('remembers for a second that an input passed, and returns only files that exist', async () => {
    await writeFile(path.join(root, 'brief.mp4'), 'x');
    expect(await files.check('brief.mp4')).toBeNull();
    await rm(path.join(root, 'brief.mp4'));
    expect(await files.check('brief.mp4')).toBeNull();
    await expect(fetch('brief.mp4')).rejects.toMatchObject({ failure: { reason: 'INPUT_NOT_FOUND' } });
    await vi.waitFor(
      async () => {
        expect(await files.check('brief.mp4')).not.toBeNull();
      },
      { timeout: 60_000, interval: 50 },
    );
    // What was refused is looked for again at once.
    await writeFile(path.join(root, 'brief.mp4'), 'x');
    expect(await files.check('brief.mp4')).toBeNull();
  });

  it('refuses a sibling whose name begins like the root', async () => {
    const narrow = createLocalFiles({ roots: [root] });
    expect((await narrow.check(path.join(folder, 'root-two/t.mp4')))?.description).toContain('outside');
  });

  it('serves no file without roots, or with a root that was removed', async () => {
    for (const roots of [[], [path.join(folder, 'gone')]]) {
      const none = createLocalFiles({ roots });
      expect(await none.check(path.join(root, 'a.mp4'))).not.toBeNull();
      expect(await none.check('a.mp4')).not.toBeNull();
    }
  });
});
