import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMediaKit, type MediaKit } from '../fixtures/media-kit.js';
import { eventually } from '../support/eventually.js';
import { namesBelow } from '../support/names-below.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

const BOOTSTRAP_KEY = 'file-modes-0123456789-0123456789-0123456789';

interface Answer {
  readonly key: string;
  readonly name: string;
  readonly state: string;
  readonly error?: object;
  readonly data: { readonly file: string };
}

let media: MediaKit;
let place: string;
let service: SpawnedService | null = null;
beforeEach(async () => {
  media = await createMediaKit();
  await media.image('still.png', { size: '64x64', colors: ['c81e1e', '1e3cc8', 'c81e1e', '1e3cc8'] });
  await writeFile(media.path('lines.srt'), '1\n00:00:00,100 --> 00:00:00,900\nwords\n');
  place = await mkdtemp(join(tmpdir(), 'cutroom-modes-'));
});
afterEach(async () => {
  await service?.kill();
  service = null;
  await media.remove();
  await rm(place, { recursive: true, force: true });
});

/** Each with any permission that it must not have: outputs are for the group too, all else is the owner's. */
async function openEntries(dataDir: string): Promise<string[]> {
  const names = ['', ...(await namesBelow(dataDir))];
  const found = await Promise.all(
    names.map(async (name) => {
      const info = await lstat(join(dataDir, name)).catch(() => null);
      if (info === null || info.isSymbolicLink()) return [];
      // A file that is kept to be reused may be that of an output, and one in scratch may be about to become it; the folders around both are closed.
      const isShown = name === '' || /^outputs(\/|$)/.test(name) || (info.isFile() && /^(cache|scratch)\//.test(name));
      const forbidden = isShown ? 0o027 : 0o077;
      return (info.mode & forbidden) === 0 ? [] : [`${name || '.'} ${(info.mode & 0o777).toString(8)}`];
    }),
  );
  return found.flat();
}

async function start(dataDir: string, umask: string): Promise<SpawnedService> {
  service = await spawnService(
    {
      CUTROOM_DATA_DIR: dataDir,
      CUTROOM_INPUT_ROOTS: media.folder,
      CUTROOM_AUTH: 'keys',
      CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP_KEY,
    },
    { umask },
  );
  return service;
}

/** Has a service make a file of every kind. @returns what was open while a render worked, and the end of its task. */
async function workOn(dataDir: string, { http }: SpawnedService): Promise<{ during: string[]; task: Answer }> {
  const call = async (key: string, path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(http + path, {
      headers: { 'x-api-key': key },
      ...(body && { method: 'POST', body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    const json = (await answer.json()) as Answer;
    if (!answer.ok) throw new Error(JSON.stringify(json));
    return json;
  };
  const apiKey = { displayName: 'modes', tenant: 'acme', scopes: ['tasks.submit', 'tasks.read', 'media.upload'] };
  const { key } = await call(BOOTSTRAP_KEY, '/v1/apiKeys', { apiKey });
  const form = new FormData();
  form.set('file', new Blob([await readFile(media.path('still.png'))]), 'still.png');
  const { data } = await call(key, '/api/v1/video_materials', form);
  const montage = {
    materials: [{ uri: `upload:${data.file}` }, { uri: 'still.png' }],
    resolution: 240,
    longestClip: '3s',
    subtitles: { uri: 'lines.srt' },
  };
  const { name } = await call(key, '/v1/tasks', { spec: { montage } });
  const during = new Set<string>();
  const task = await eventually(
    'the task ends',
    async () => {
      for (const entry of await openEntries(dataDir)) during.add(entry);
      const now = await call(key, `/v1/${name}`);
      return now.state === 'QUEUED' || now.state === 'RUNNING' ? null : now;
    },
    120_000,
  );
  return { during: [...during], task };
}

it('a service with the umask 000 makes nothing that another user may use', async () => {
  const dataDir = join(place, 'data');
  const { during, task } = await workOn(dataDir, await start(dataDir, '000'));
  expect(task.state, JSON.stringify(task.error)).toBe('SUCCEEDED');
  expect(during).toEqual([]);
  const names = await namesBelow(dataDir);
  for (const part of [
    /^cutroom\.sqlite$/,
    /^cutroom\.sqlite-wal$/,
    /^outputs\/.*\.mp4$/,
    /^tenant-uploads\/.*\.png$/,
    /^cache\//,
  ])
    expect(
      names.some((name) => part.test(name)),
      `${part} of ${names.join(' ')}`,
    ).toBe(true);
});

it('a service tightens what it finds open, at any depth, and says so', async () => {
  const dataDir = join(place, 'data');
  const first = await start(dataDir, '022');
  await workOn(dataDir, first);
  await first.stop();
  for (const name of ['', ...(await namesBelow(dataDir))]) {
    const info = await lstat(join(dataDir, name));
    if (!info.isSymbolicLink()) await chmod(join(dataDir, name), 0o777);
  }
  // Of somebody else: a link, and its target, which is none of the service's files.
  await writeFile(join(place, 'elsewhere'), '');
  await chmod(join(place, 'elsewhere'), 0o666);
  await symlink(join(place, 'elsewhere'), join(dataDir, 'outputs', 'link'));
  const { log } = await start(dataDir, '000');
  expect(await openEntries(dataDir)).toEqual([]);
  expect((await lstat(join(place, 'elsewhere'))).mode & 0o777).toBe(0o666);
  // A web server of the service's group still reads finished videos.
  const video = (await namesBelow(join(dataDir, 'outputs'))).find((name) => name.endsWith('.mp4'))!;
  expect((await lstat(join(dataDir, 'outputs', video))).mode & 0o077).toBe(0o040);
  const line = log.find((each) => each.includes('their modes are tightened'));
  expect((JSON.parse(line ?? '{}') as { changed?: number }).changed).toBeGreaterThan(10);
});

it('a service closes an empty folder that was open to all, and what lies open in a closed one', async () => {
  const dataDir = join(place, 'data');
  await mkdir(join(dataDir, 'tenant-uploads', 'acme'), { recursive: true });
  await chmod(dataDir, 0o700);
  for (const name of ['tenant-uploads', 'tenant-uploads/acme']) await chmod(join(dataDir, name), 0o777);
  await start(dataDir, '000');
  expect(await openEntries(dataDir)).toEqual([]);
});
