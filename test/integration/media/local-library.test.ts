import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalFiles } from '../../../src/media/local-files.js';
import { createLocalLibrary } from '../../../src/media/local-library.js';

let folder: string;
let roots: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-library-'));
  roots = [path.join(folder, 'one'), path.join(folder, 'two')];
  const files = {
    'one/b.MP4': 'four',
    'one/songs/x.mp3': '123',
    'one/notes.txt': '',
    'one/.hidden.mp4': '',
    'two/b.MP4': 'longer',
    'two/a.png': '1',
    'outside/c.mp4': '',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  await symlink(path.join(folder, 'outside'), path.join(folder, 'one/link'));
  await symlink(path.join(folder, 'outside/c.mp4'), path.join(folder, 'one/link.mp4'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the library of the input roots', () => {
  it('lists files by kind, under their names in requests, and the file of the first root where two have one name', async () => {
    const library = createLocalLibrary({ roots });
    const pictures = await library.list('visual', '');
    expect(pictures).toEqual(
      [
        { name: 'a.png', uri: 'a.png', sizeBytes: 1 },
        { name: 'b.MP4', uri: 'b.MP4', sizeBytes: 4 },
      ].sort((a, b) => (a.uri < b.uri ? -1 : 1)),
    );
    const files = createLocalFiles({ roots });
    for (const { uri } of pictures) expect(await files.check(uri)).toBeNull();
    expect(await library.list('audio', '')).toEqual([{ name: 'x.mp3', uri: 'songs/x.mp3', sizeBytes: 3 }]);
  });

  it('lists one folder of them, and nothing for a missing folder', async () => {
    const library = createLocalLibrary({ roots: [...roots, path.join(folder, 'none')] });
    expect((await library.list('audio', 'songs')).map(({ uri }) => uri)).toEqual(['songs/x.mp3']);
    expect(await library.list('audio', 'elsewhere')).toEqual([]);
    expect(await library.list('visual', 'songs')).toEqual([]);
  });
});
