import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAssetSource, createUploadedFiles } from '../../../src/media/asset-source.js';
import { openLocalUploads } from '../../../src/media/local-uploads.js';
import type { MediaUploads } from '../../../src/task/ports/media-uploads.js';

let folder: string;
let uploads: MediaUploads;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-uploads-'));
  uploads = await openLocalUploads({ folder, nowMs: Date.now() });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* chunks(...parts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await Promise.resolve();
    if (part instanceof Error) throw part;
    yield Buffer.from(part);
  }
}

const fileOf = (uri: string) => path.join(folder, uri.replace('upload:', ''));
const incoming = () => readdir(path.join(folder, '.incoming'));

describe('an upload in a folder', () => {
  it('becomes an input with a name for requests when it is accepted, and not before', async () => {
    const assets = createAssetSource({
      inputRoots: [],
      uploads: createUploadedFiles(folder),
      except: folder,
      httpInputs: { rules: () => ({ mode: 'off', allow: [] }), maxBytes: 1 },
    });
    const draft = await uploads.receive(chunks('ab', 'c'));
    expect(await assets.check(draft.uri)).toBeNull();
    expect(await uploads.list('audio')).toEqual([]);
    const accepted = await draft.accept('songs', 'My Song (final).MP3');
    expect(accepted).toMatchObject({ uri: `upload:songs/${accepted.name}`, sizeBytes: 3 });
    expect(accepted.name).toMatch(/^My_Song_final-[0-9a-f]{12}\.mp3$/);
    await draft.discard();
    expect(await readFile(fileOf(accepted.uri), 'utf8')).toBe('abc');
    expect(await assets.check(accepted.uri)).toBeNull();
    // The name without its scheme, as earlier versions answered it.
    expect(await assets.check(`songs/${accepted.name}`)).toBeNull();
    expect(await uploads.list('audio')).toEqual([accepted]);
    expect(await uploads.list('visual')).toEqual([]);
    expect(await incoming()).toEqual([]);
  });

  it('never replaces another', async () => {
    const names = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const draft = await uploads.receive(chunks(String(i)));
        const { uri } = await draft.accept('songs', 'same.mp3');
        await draft.discard();
        return [uri, await readFile(fileOf(uri), 'utf8')];
      }),
    );
    expect(new Set(names.map(([uri]) => uri)).size).toBe(20);
    expect(names.map(([, content]) => content)).toEqual(names.map((_, i) => String(i)));
  });

  it.each([
    ['../../etc/passwd.mp3', /^passwd-\w+\.mp3$/],
    ['C:\\songs\\a b.mp3', /^a_b-\w+\.mp3$/],
    ['歌曲 名.mp3', /^歌曲_名-\w+\.mp3$/],
    ['.mp3', /^file-\w+\.mp3$/],
    ['a\0b\n.mp3', /^a_b-\w+\.mp3$/],
    ['..', /^file-\w+$/],
    [`${'长'.repeat(300)}.mp3`, /^长{56}-\w+\.mp3$/],
    [`${'𠀀'.repeat(300)}.webm`, /^𠀀{56}-\w+\.webm$/u],
  ])('has a safe name: %j', async (wanted, name) => {
    const draft = await uploads.receive(chunks('x'));
    const accepted = await draft.accept('songs', wanted);
    expect(accepted.name).toMatch(name);
    expect(await readdir(path.join(folder, 'songs'))).toEqual([accepted.name]);
  });

  it('leaves nothing when it breaks off, is discarded, or finds no space', async () => {
    await expect(uploads.receive(chunks('ab', new Error('gone')))).rejects.toThrow('gone');
    await expect(
      uploads.receive(chunks('ab', Object.assign(new Error('x'), { code: 'ENOSPC' }))),
    ).rejects.toMatchObject({ detail: { reason: 'DISK_FULL' } });
    await (await uploads.receive(chunks('ab'))).discard();
    expect(await incoming()).toEqual([]);
    expect(await readdir(folder)).toEqual(['.incoming']);
  });

  it('is removed when its process was killed long ago, and kept while its process may live', async () => {
    const [old, young] = ['old', 'young'].map((name) => path.join(folder, '.incoming', name));
    await Promise.all([old!, young!].map((file) => writeFile(file, 'x')));
    const dayAgoS = Date.now() / 1000 - 25 * 3600;
    await utimes(old!, dayAgoS, dayAgoS);
    await openLocalUploads({ folder, nowMs: Date.now() });
    expect(await incoming()).toEqual(['young']);
  });
});

describe('the uploads of a folder', () => {
  const accepted = async (name: string, bytes = 'abc') => {
    const draft = await uploads.receive(chunks(bytes));
    return draft.accept('songs', name);
  };

  it('are removed by their exact names', async () => {
    const { uri, name } = await accepted('a.mp3');
    for (const wrong of ['upload:songs/none.mp3', 'upload:songs/../../a', 'upload:.incoming/x', 'upload:songs', ''])
      expect(await uploads.remove(wrong)).toBe(false);
    expect(await uploads.remove(uri)).toBe(true);
    expect((await uploads.list('audio')).map((file) => file.name)).not.toContain(name);
    expect(await uploads.remove(uri)).toBe(false);
  });

  it('are refused beyond their total size, and accepted again after others are removed', async () => {
    const small = await openLocalUploads({ folder: path.join(folder, 'small'), nowMs: Date.now(), maxTotalBytes: 5 });
    const send = async () => {
      const draft = await small.receive(chunks('abc'));
      const file = await draft.accept('songs', 'a.mp3');
      await draft.discard();
      return file;
    };
    const { uri } = await send();
    await expect(send()).rejects.toMatchObject({ detail: { reason: 'UPLOADS_FULL' } });
    expect(await readdir(path.join(folder, 'small/.incoming'))).toEqual([]);
    expect(await small.remove(uri)).toBe(true);
    await send();
  });

  it('are removed after their lifetime', async () => {
    const short = await openLocalUploads({
      folder: path.join(folder, 'short'),
      nowMs: Date.now(),
      ttlMs: () => 60_000,
    });
    await (await short.receive(chunks('abc'))).accept('songs', 'a.mp3');
    await short.removeExpired(Date.now());
    expect(await short.list('audio')).toHaveLength(1);
    await short.removeExpired(Date.now() + 120_000);
    expect(await short.list('audio')).toEqual([]);
  });
});
