import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_INPUT_CACHE } from '../../../src/media/input-cache/input-cache.js';
import { createTenantAssets, createTenantLibraries, openTenantUploads } from '../../../src/media/tenant-media.js';

let folder: string;
let dataDir: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-tenants-'));
  dataDir = path.join(folder, 'data');
  for (const place of ['media/acme', 'media/other', 'shared', 'data'])
    await mkdir(path.join(folder, place), { recursive: true });
  await writeFile(path.join(folder, 'media/acme/mine.mp4'), 'acme');
  await writeFile(path.join(folder, 'media/other/theirs.mp4'), 'other');
  await writeFile(path.join(folder, 'shared/logo.png'), 'shared');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = () => ({
  inputRoots: [path.join(folder, 'media/{tenant}'), path.join(folder, 'shared')],
  dataDir,
  httpInputs: { maxBytes: 1 },
  httpRules: () => ({ mode: 'off', allow: [] }) as const,
  inputBytes: (tenant: string) => (tenant === 'small' ? 10 : null),
  objects: null,
  inputBuckets: () => [],
  inputCaches: { of: () => NO_INPUT_CACHE },
});
const uploadsIn = () =>
  openTenantUploads({ dataDir, nowMs: Date.now(), ttlMs: () => Infinity, maxTotalBytes: 100, objects: null });

async function* bytes(text: string) {
  yield await Promise.resolve(Buffer.from(text));
}

/** The text of an input as a render of that tenant reads it; null: it is refused. */
async function read(tenant: string, uri: string): Promise<string | null> {
  const source = createTenantAssets(options()).of(tenant);
  const isRefused = (await source.check(uri)) !== null;
  const signal = new AbortController().signal;
  const fetched = source.fetch(uri, { field: 'f', signal, folder: path.join(folder, 'scratch') });
  const text = await fetched.then((file) => readFile(file, 'utf8')).catch(() => null);
  expect(isRefused, uri).toBe(text === null);
  return text;
}

describe('input roots with {tenant}', () => {
  it('show each tenant its own files and those of all', async () => {
    expect(await read('acme', 'mine.mp4')).toBe('acme');
    expect(await read('acme', path.join(folder, 'media/acme/mine.mp4'))).toBe('acme');
    expect(await read('acme', 'logo.png')).toBe('shared');
    const library = createTenantLibraries(options());
    expect((await library.of('acme').list('visual', '')).map(({ uri }) => uri)).toEqual(['logo.png', 'mine.mp4']);
    expect((await library.of('nobody').list('visual', '')).map(({ uri }) => uri)).toEqual(['logo.png']);
  });

  it('show no tenant the files of another, by whatever name', async () => {
    await symlink(path.join(folder, 'media/other/theirs.mp4'), path.join(folder, 'media/acme/link.mp4'));
    await symlink(path.join(folder, 'media/other'), path.join(folder, 'media/acme/folder'));
    const names = [
      'theirs.mp4',
      '../other/theirs.mp4',
      'other/theirs.mp4',
      'link.mp4',
      'folder/theirs.mp4',
      path.join(folder, 'media/other/theirs.mp4'),
      `file://${folder}/media/other/theirs.mp4`,
      `file://${folder}/media/acme/../other/theirs.mp4`,
      `file://${folder}/media/acme/%2e%2e/other/theirs.mp4`,
      `${folder}/media/{tenant}/theirs.mp4`,
    ];
    for (const name of names) expect(await read('acme', name), name).toBeNull();
  });
});

describe('inputs of the web', () => {
  it('come from the hosts of each tenant, as they are at each use', async () => {
    const allow: string[] = [];
    const assets = createTenantAssets({
      ...options(),
      httpRules: (tenant) => ({
        mode: tenant === 'free' ? 'public' : 'listed',
        allow: allow.map((name) => ({ kind: 'name' as const, name: `${tenant}.${name}`, port: null })),
      }),
    });
    const isRefused = async (tenant: string, host: string) =>
      (await assets.of(tenant).check(`https://${host}/a.mp4`)) !== null;
    expect(await isRefused('acme', 'acme.example')).toBe(true);
    allow.push('example');
    expect([await isRefused('acme', 'acme.example'), await isRefused('other', 'acme.example')]).toEqual([false, true]);
    expect([await isRefused('free', 'acme.example'), await isRefused('free', '127.0.0.1')]).toEqual([false, true]);
  });

  it('and files together are within the bytes of each tenant', async () => {
    const source = createTenantAssets(options());
    const fetched = (tenant: string) =>
      source.of(tenant).fetch('big.bin', { field: 'f', signal: new AbortController().signal, folder: dataDir });
    await writeFile(path.join(folder, 'shared/big.bin'), Buffer.alloc(11));
    await fetched('acme');
    await expect(fetched('small')).rejects.toMatchObject({ failure: { reason: 'TASK_TOO_LARGE' } });
    await rm(path.join(folder, 'shared/big.bin'));
  });
});

describe('uploads of tenants', () => {
  it('are inputs of their own tenant alone, also under guessed names', async () => {
    const uploads = await uploadsIn();
    const accepted = [];
    for (const tenant of ['default', 'acme', 'other']) {
      const draft = await uploads.of(tenant).receive(bytes(`of ${tenant}`));
      expect(await read(tenant, draft.uri)).toBe(`of ${tenant}`);
      accepted.push({ tenant, ...(await draft.accept('songs', 'a.mp3')) });
    }
    for (const { tenant, uri, name } of accepted) {
      expect(await read(tenant, uri)).toBe(`of ${tenant}`);
      expect((await uploads.of(tenant).list('audio')).map((file) => file.uri)).toEqual([uri]);
      for (const other of ['default', 'acme', 'other'].filter((of) => of !== tenant)) {
        const guesses = [
          uri,
          `songs/${name}`,
          `upload:../tenant-uploads/${tenant}/songs/${name}`,
          `upload:../${tenant}/songs/${name}`,
          `upload:../../uploads/songs/${name}`,
          `upload:${tenant}/songs/${name}`,
          path.join(dataDir, 'tenant-uploads', tenant, 'songs', name),
          path.join(dataDir, 'uploads/songs', name),
        ];
        for (const guess of guesses) {
          expect(await read(other, guess), guess).toBeNull();
          expect(await uploads.of(other).remove(guess), guess).toBe(false);
        }
      }
      expect(await read(tenant, uri)).toBe(`of ${tenant}`);
    }
  });

  it('count together for the limit of all, and end together', async () => {
    const uploads = await uploadsIn();
    for (const [tenant, size] of [
      ['acme', 60],
      ['default', 30],
    ] as const) {
      const draft = await uploads.of(tenant).receive(bytes('x'.repeat(size)));
      await draft.accept('songs', 'a.mp3');
      await draft.discard();
    }
    await expect(uploads.of('other').receive(bytes('x'.repeat(20)))).rejects.toMatchObject({
      detail: { reason: 'UPLOADS_FULL' },
    });
    const later = await openTenantUploads({
      dataDir,
      nowMs: Date.now(),
      ttlMs: (tenant) => (tenant === 'acme' ? 3_600_000 : 60_000),
      maxTotalBytes: 100,
      objects: null,
    });
    expect((await later.of('acme').list('audio')).length).toBe(1);
    // Each by the time of its tenant.
    await later.removeExpired(Date.now() + 120_000);
    expect((await later.of('acme').list('audio')).length).toBe(1);
    for (const tenant of ['default', 'other']) expect(await later.of(tenant).list('audio')).toEqual([]);
    await later.removeExpired(Date.now() + 3_660_000);
    for (const tenant of ['acme', 'default', 'other']) expect(await later.of(tenant).list('audio')).toEqual([]);
  });
});
