import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAssetSource, createUploadedFiles } from '../../../src/media/asset-source.js';
import { createLocalLibrary } from '../../../src/media/local-library.js';
import type { AssetSource } from '../../../src/task/ports/asset-source.js';

let root: string;
let dataDir: string;
let assets: AssetSource;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cutroom-assets-'));
  // As it is by default: the root is the working directory, with the data folder in it.
  dataDir = path.join(root, 'data');
  await mkdir(path.join(dataDir, 'uploads/songs'), { recursive: true });
  await mkdir(path.join(root, 'songs'));
  await writeFile(path.join(root, 'songs/own.mp3'), 'own');
  await writeFile(path.join(dataDir, 'uploads/songs/a-0123456789ab.mp3'), 'upload');
  await writeFile(path.join(dataDir, 'cutroom.sqlite'), 'tasks');
  await symlink(path.join(dataDir, 'cutroom.sqlite'), path.join(root, 'link'));
  assets = createAssetSource({
    inputRoots: [root],
    uploads: createUploadedFiles(path.join(dataDir, 'uploads')),
    except: dataDir,
    httpInputs: { rules: () => ({ mode: 'off', allow: [] }), maxBytes: 1 },
  });
});
afterAll(() => rm(root, { recursive: true }));

const fetched = (uri: string) =>
  assets.fetch(uri, { field: 'f', signal: new AbortController().signal, folder: path.join(root, 'scratch') });

describe('an upload', () => {
  it('is an input under its scheme, and by its name alone where no input root has such a file', async () => {
    const file = path.join(dataDir, 'uploads/songs/a-0123456789ab.mp3');
    expect(await fetched('upload:songs/a-0123456789ab.mp3')).toBe(file);
    expect(await fetched('songs/a-0123456789ab.mp3')).toBe(file);
    expect(await fetched('songs/own.mp3')).toBe(path.join(root, 'songs/own.mp3'));
  });

  it.each([
    'upload:../cutroom.sqlite',
    'upload:',
    'upload:/etc/passwd',
    'upload:file:///etc/passwd',
    'upload:songs/own.mp3',
  ])('is the only target of its scheme, so this one is refused: %s', async (uri) => {
    expect(await assets.check(uri)).not.toBeNull();
    await expect(fetched(uri)).rejects.toMatchObject({ failure: { reason: 'INPUT_NOT_FOUND' } });
  });
});

describe('the data folder within an input root', () => {
  it.each(['data/cutroom.sqlite', 'link', 'data/uploads/songs/a-0123456789ab.mp3'])(
    'serves no input: %s',
    async (uri) => {
      expect(await assets.check(uri)).toEqual({ description: "lies outside the server's input roots" });
      await expect(fetched(path.join(root, uri))).rejects.toMatchObject({ failure: { reason: 'INPUT_NOT_FOUND' } });
    },
  );

  it('is not listed', async () => {
    const library = createLocalLibrary({ roots: [root], except: dataDir });
    expect((await library.list('audio', '')).map(({ uri }) => uri)).toEqual(['songs/own.mp3']);
  });
});
