import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colorDistance, readVideo } from '../support/media-content.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { type Backend, deploy, type Deployment } from './deployment.js';

const BOOTSTRAP_KEY = 'canary-0123456789-0123456789-0123456789';
/** The same of both tenants: no id of the one may be that of the other. */
const REQUEST_ID = '0b7fa2cd-4e0b-4b0e-9d5b-7a3f3f1d2c55';

const FONT = join(import.meta.dirname, '../../node_modules/@embedpdf/fonts-latin/fonts/NotoSans-Medium.ttf');

interface Tenant {
  readonly name: string;
  readonly color: string;
  /** A word that is in its names, texts, labels and files, and nowhere else. */
  readonly canary: string;
  key: string;
  /** Everything that it was ever answered. */
  readonly answers: string[];
  upload: string;
  subtitles: string;
  font: string;
  task: string;
  url: string;
}

const tenantOf = (name: string, color: string): Tenant => ({
  name,
  color,
  canary: `canary${randomBytes(8).toString('hex')}`,
  ...{ key: '', answers: [], upload: '', subtitles: '', font: '', task: '', url: '' },
});
let acme: Tenant;
let other: Tenant;
let both: readonly Tenant[];

let place: Deployment;
let service: SpawnedService;

async function begin(backend: Backend): Promise<void> {
  acme = tenantOf('acme', 'c81e1e');
  other = tenantOf('other', '1e3cc8');
  both = [acme, other];
  place = await deploy(backend);
  for (const { name, color, canary } of both) {
    const at = (file: string) => join(name, file);
    await mkdir(place.media.path(name));
    // The same names in both roots.
    await place.media.video(at('clip.mp4'), { size: '160x284', colors: [color], secondsEach: 1 });
    await place.media.image(at(`${canary}.png`), { size: '160x284', colors: [color, color, color, color] });
    await copyFile(FONT, place.media.path(at(`${canary}.ttf`)));
    await writeFile(place.media.path(at('lines.srt')), `1\n00:00:00,100 --> 00:00:00,900\n${canary}\n`);
  }
  await mkdir(place.media.path('shared-fonts'));
  await copyFile(FONT, place.media.path('shared-fonts/Own.ttf'));
  service = await place.start({
    CUTROOM_FONT_FOLDER: place.media.path('shared-fonts'),
    CUTROOM_INPUT_ROOTS: join(place.media.folder, '{tenant}'),
    CUTROOM_AUTH: 'keys',
    CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP_KEY,
    ...(backend === 'MongoDB' && { CUTROOM_STORAGE: 'gridfs' }),
  });
  for (const tenant of both) {
    const scopes = ['tasks.submit', 'tasks.read', 'tasks.read_full', 'tasks.cancel', 'media.upload'];
    const answer = await fetch(`${service.http}/v1/apiKeys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${BOOTSTRAP_KEY}` },
      body: JSON.stringify({ apiKey: { displayName: tenant.name, tenant: tenant.name, scopes } }),
    });
    tenant.key = ((await answer.json()) as { key: string }).key;
  }
}

interface Answer {
  readonly status: number;
  readonly json: {
    readonly name: string;
    readonly state: string;
    readonly revision: string;
    readonly videos: string[];
    readonly error?: object;
  } & {
    readonly data: { readonly file: string };
  };
}

/** Calls as a tenant; the answer is kept. */
async function call(tenant: Tenant, method: string, path: string, body?: object | FormData): Promise<Answer> {
  const answer = await fetch(service.http + path, {
    method,
    headers: { 'x-api-key': tenant.key },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  tenant.answers.push(`${method} ${path} ${JSON.stringify([...answer.headers])} ${bytes.toString('latin1')}`);
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: answer.status,
    json: (isJson ? JSON.parse(bytes.toString().split('\n')[0]!) : {}) as Answer['json'],
  };
}

const submit = (tenant: Tenant, montage: object, more: object = {}) =>
  call(tenant, 'POST', '/v1/tasks', { spec: { montage: { resolution: 240, ...montage } }, ...more });

async function ended(tenant: Tenant, name: string): Promise<Answer['json']> {
  for (let revision = '0'; ;) {
    const query = `waitForRevisionAfter=${revision}&waitTimeout=60s`;
    const { json } = await call(tenant, 'GET', `/v1/${name}?view=TASK_VIEW_FULL&${query}`);
    if (json.state !== 'QUEUED' && json.state !== 'RUNNING') return json;
    revision = json.revision;
  }
}

async function expectOwnColor(tenant: Tenant, url: string): Promise<void> {
  const file = join(place.dataDir, `${tenant.name}-look.mp4`);
  await writeFile(file, Buffer.from(await (await fetch(url)).arrayBuffer()));
  const video = await readVideo(file);
  for (let frame = 0; frame < video.frames.length; frame += 5)
    expect(colorDistance(video.colorAt(frame, 0.5, 0.2), tenant.color), `frame ${frame}`).toBeLessThan(24);
}

/** Neither canary nor id of the one is in what the other was answered. */
function expectNothingOf(owner: Tenant, told: Tenant): void {
  for (const mark of [owner.canary, owner.task.replace('tasks/', ''), owner.upload])
    for (const answer of told.answers) expect(answer.includes(mark), answer.slice(0, 300)).toBe(false);
}

describe.each(['SQLite', 'MongoDB'] as const)('two tenants of one service on %s', (backend) => {
  beforeAll(() => begin(backend));
  afterAll(() => place.close());

  it('render the same names from the same request id to videos of their own, also out of the cache', async () => {
    for (const tenant of both) {
      const form = new FormData();
      form.set(
        'file',
        new Blob([await readFile(place.media.path(join(tenant.name, `${tenant.canary}.png`)))]),
        `${tenant.canary}.png`,
      );
      tenant.upload = (await call(tenant, 'POST', '/api/v1/video_materials', form)).json.data.file;
    }
    for (const round of [1, 2])
      for (const tenant of both) {
        const montage = { materials: [{ uri: 'clip.mp4' }], subtitles: { uri: 'lines.srt' } };
        const labels = { secret: tenant.canary, round: String(round) };
        const more = round === 1 ? { requestId: REQUEST_ID, labels } : { labels };
        const { json } = await submit(tenant, montage, more);
        const task = await ended(tenant, json.name);
        expect(task.state, JSON.stringify(task.error)).toBe('SUCCEEDED');
        [tenant.task, tenant.url] = [task.name, task.videos[0]!];
        await expectOwnColor(tenant, tenant.url);
      }
    expect(acme.task).not.toBe(other.task);
    // And what was uploaded.
    for (const tenant of both) {
      const { json } = await submit(tenant, { materials: [{ uri: `upload:${tenant.upload}` }], longestClip: '1s' });
      const task = await ended(tenant, json.name);
      expect(task.state, JSON.stringify(task.error)).toBe('SUCCEEDED');
      await expectOwnColor(tenant, task.videos[0]!);
    }
  });

  it('are told nothing of each other by lists, filters, page tokens and documents', async () => {
    for (const tenant of both) {
      const paths = ['/v1/tasks', '/v1/tasks?filter=state%20%3D%20SUCCEEDED', '/api/v1/tasks', '/api/v1/musics'];
      for (const path of [...paths, '/api/v1/video_materials', '/v1/capabilities', '/openapi.json', '/v1/media'])
        await call(tenant, 'GET', path);
    }
    expect(acme.answers.join()).toContain(acme.canary);
    expectNothingOf(acme, other);
    expectNothingOf(other, acme);
    const page = (await (
      await fetch(`${service.http}/v1/tasks?pageSize=1`, { headers: { 'x-api-key': acme.key } })
    ).json()) as {
      nextPageToken: string;
    };
    expect((await call(other, 'GET', `/v1/tasks?pageSize=1&pageToken=${page.nextPageToken}`)).status).toBe(400);
  });

  it('cannot reach what the other has, by any name that they know or guess', async () => {
    const mine = (file: string) => place.media.path(join('other', file));
    await symlink(place.media.path(`acme/${acme.canary}.png`), mine('link.png'));
    await symlink(place.media.path('acme'), mine('folder'));
    await symlink(place.media.path('acme/lines.srt'), mine('link.srt'));
    const theirs = place.media.path('acme/clip.mp4');
    await writeFile(
      mine('list.m3u8'),
      `#EXTM3U\n#EXTINF:1,\n${theirs}\n#EXTINF:1,\nfile://${theirs}\n#EXT-X-ENDLIST\n`,
    );
    await writeFile(mine('list.ffconcat'), `ffconcat version 1.0\nfile '${theirs}'\n`);
    await writeFile(mine('list.mp4'), `#EXTM3U\n#EXTINF:1,\n../acme/clip.mp4\n#EXT-X-ENDLIST\n`);
    await writeFile(
      mine('picture.svg'),
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file://${theirs}"/></svg>`,
    );
    const outputs = join(place.dataDir, 'outputs/acme', acme.task.replace('tasks/', ''));
    const names = [
      `upload:${acme.upload}`,
      acme.upload,
      `upload:../acme/${acme.upload}`,
      `upload:../../tenant-uploads/acme/${acme.upload}`,
      '../acme/clip.mp4',
      theirs,
      `file://${theirs}`,
      'link.png',
      `folder/${acme.canary}.png`,
      'link.srt',
      'folder/lines.srt',
      '../acme/lines.srt',
      'list.m3u8',
      'list.ffconcat',
      'list.mp4',
      'picture.svg',
      outputs,
      join(place.dataDir, 'cutroom.sqlite'),
      join(place.dataDir, 'cache'),
      acme.url,
      '..\\acme\\clip.mp4',
      './../acme/./clip.mp4',
      '../acme//clip.mp4',
      '%2e%2e/acme/clip.mp4',
      '..%2facme%2fclip.mp4',
      `file:${theirs}`,
      `file://localhost${theirs}`,
      `file:///..${theirs}`,
      `FILE://${theirs}`,
      `${theirs}\u0000.mp4`,
      `concat:${theirs}|clip.mp4`,
      `subfile,,start,0,end,0,,:${theirs}`,
      `crypto:${theirs}`,
      `/proc/self/root${theirs}`,
      `/proc/${service.pid}/cwd/../..${theirs}`,
      `/dev/fd/../..${theirs}`,
      `upload:./../${acme.upload}`,
      `upload:%2e%2e/acme/${acme.upload}`,
      `upload:/${acme.upload}`,
      `${service.http}/v1/${acme.task}`,
      `http://[::1]/tasks/${acme.task}`,
      'data:text/plain,../acme/clip.mp4',
    ];
    let tricks = 0;
    for (const uri of names) {
      const montages = [
        { materials: [{ uri }] },
        { materials: [{ uri: 'clip.mp4' }], subtitles: { uri } },
        { materials: [{ uri: 'clip.mp4' }], narration: { uri } },
        { materials: [{ uri: 'clip.mp4' }], music: { uri } },
      ];
      const answers = await Promise.all([
        call(other, 'POST', '/v1/media:probe', { uri }),
        ...montages.map((montage) => submit(other, montage, { validateOnly: true })),
      ]);
      tricks += answers.length;
      for (const { status, json } of answers) expect(status, `${uri} ${JSON.stringify(json)}`).toBe(400);
    }
    expect(tricks).toBeGreaterThan(200);
    const id = acme.task.replace('tasks/', '');
    for (const [method, path] of [
      ['GET', `/v1/tasks/${id}?view=TASK_VIEW_FULL`],
      ['GET', `/v1/tasks/${id}:watch`],
      ['GET', `/v1/tasks/${id}/preview.jpg`],
      ['POST', `/v1/tasks/${id}:cancel`],
      ['POST', `/v1/tasks/${id}:retry`],
      ['DELETE', `/v1/tasks/${id}`],
      ['GET', `/tasks/${id}/final-1.mp4`],
      ['GET', `/api/v1/tasks/${id}`],
      ['DELETE', `/api/v1/tasks/${id}`],
      ['GET', `/api/v1/stream/${id}/final-1.mp4`],
      ['GET', `/api/v1/download/${id}/final-1.mp4`],
      ['DELETE', `/api/v1/video_materials/${acme.upload.replace(/^.*\//, '')}`],
    ] as const)
      expect((await call(other, method, path, method === 'POST' ? {} : undefined)).status, path).toBe(404);
    // A signature of one tenant opens nothing of another's.
    const signed = new URL(acme.url);
    expect((await fetch(acme.url.replace(id, other.task.replace('tasks/', '')))).status).toBe(404);
    signed.searchParams.set('tenant', 'other');
    expect((await fetch(signed)).status).toBe(404);
    expect((await fetch(acme.url)).status).toBe(200);
    expect((await call(acme, 'GET', `/v1/tasks/${id}`)).status).toBe(200);
  });

  it('cannot have a text drawn in a font of the other, by any name that they know or guess', async () => {
    const mine = (file: string) => place.media.path(join('other', file));
    const theirs = place.media.path(`acme/${acme.canary}.ttf`);
    await symlink(theirs, mine('link.ttf'));
    await symlink(theirs, place.media.path('shared-fonts/late.ttf'));
    const fonts = [
      `${acme.canary}.ttf`,
      `../acme/${acme.canary}.ttf`,
      `../../acme/${acme.canary}.ttf`,
      `shared-fonts/../acme/${acme.canary}.ttf`,
      `Own.ttf/../../acme/${acme.canary}.ttf`,
      `./../acme/./${acme.canary}.ttf`,
      `..\\acme\\${acme.canary}.ttf`,
      `%2e%2e%2facme%2f${acme.canary}.ttf`,
      theirs,
      `file://${theirs}`,
      `/proc/self/root${theirs}`,
      `${theirs}\u0000Own.ttf`,
      `upload:${acme.upload}`,
      `upload:../acme/${acme.upload}`,
      'link.ttf',
      // In the folder of fonts only since the service runs.
      'late.ttf',
      mine('link.ttf'),
      `Own.ttf:${theirs}`,
      `Own.ttf,fontsdir=${place.media.path('acme')}`,
      `Own.ttf'${theirs}`,
      'own.ttf',
      'Own.ttf ',
    ];
    for (const font of fonts) {
      const text = { text: 'words', font };
      const answers = await Promise.all([
        submit(other, { materials: [{ uri: 'clip.mp4' }], subtitles: { uri: 'lines.srt', style: { font } } }),
        call(other, 'POST', '/v1/tasks', {
          spec: { timeline: { tracks: [{ clips: [{ text, duration: '1s' }] }] } },
        }),
      ]);
      for (const { status, json } of answers) expect(status, `${font} ${JSON.stringify(json)}`).toBe(400);
    }
    // Nor by a document that names or has fonts: only its text and times count.
    const ass = [
      '[Script Info]',
      '[V4+ Styles]',
      'Format: Name, Fontname, Fontsize',
      `Style: Default,${theirs},40`,
      '[Fonts]',
      `fontname: ${theirs}`,
      '[Events]',
      'Format: Start, End, Style, Text',
      `Dialogue: 0:00:00.00,0:00:00.90,Default,{\\fn${theirs}}words`,
    ];
    await writeFile(mine('styled.ass'), ass.join('\n'));
    const { json } = await submit(other, {
      materials: [{ uri: 'clip.mp4' }],
      subtitles: { uri: 'styled.ass', style: { font: 'Own.ttf' } },
    });
    const task = await ended(other, json.name);
    expect(task.state, JSON.stringify(task.error)).toBe('SUCCEEDED');
    const [own, sent] = [await readFile(FONT), Buffer.from(await (await fetch(task.videos[0]!)).arrayBuffer())];
    expect(sent.includes(own.subarray(0, 64))).toBe(false);
    expect(sent.includes(acme.canary)).toBe(false);
  });

  it('are told apart in the log, which has no text, label or key of either', () => {
    const lines = place.log().map((line) => ({ line, fields: JSON.parse(line) as { tenant?: string; task?: string } }));
    for (const [tenant, stranger] of [
      [acme, other],
      [other, acme],
    ] as const) {
      const own = lines.filter(({ fields }) => fields.tenant === tenant.name);
      expect(own.length).toBeGreaterThan(5);
      for (const { line } of own.filter(({ fields }) => tenant === acme || fields.task !== acme.task))
        expect(line).not.toContain(stranger.canary);
      for (const { line } of lines) for (const text of [tenant.key, BOOTSTRAP_KEY]) expect(line).not.toContain(text);
      // Every line of its tasks names it.
      for (const { line, fields } of lines.filter(
        (of) => of.fields.task === tenant.task && !/"code":"NOT_FOUND"/.test(of.line),
      ))
        expect(fields.tenant, line).toBe(tenant.name);
    }
  });
});
