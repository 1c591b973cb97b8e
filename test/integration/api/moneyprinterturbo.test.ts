import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelled, claimed, failed, progressed, succeeded } from '../../../src/task/lifecycle.js';
import { outputOf } from '../../support/paused-renderer.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

interface Envelope {
  readonly status: number;
  readonly message: string;
  readonly data?: Record<string, unknown> & { task_id?: string };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Envelope;
}

let under: ApiUnderTest;
beforeAll(async () => {
  const song = { name: 'one.mp3', uri: 'songs/one.mp3', sizeBytes: 12 };
  const clip = { name: 'a.mp4', uri: 'clips/a.mp4', sizeBytes: 34 };
  under = await startApiUnderTest({ library: { list: (kind) => Promise.resolve(kind === 'audio' ? [song] : [clip]) } });
});
afterAll(() => under.stop());

const VIDEO = {
  video_subject: 'Spring',
  video_materials: [{ provider: 'local', url: 'a.mp4', duration: 0 }],
  custom_audio_file: 'voice.mp3',
};

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(under.httpUrl + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = { status: response.status, headers: response.headers, body: (await response.json()) as Envelope };
  // On every answer, and the number that their clients look at.
  expect(answer.body.status).toBe(response.status);
  expect(typeof answer.body.message).toBe('string');
  return answer;
}

async function submit(more: object = {}): Promise<string> {
  const { status, body } = await call('POST', '/api/v1/videos', { ...VIDEO, ...more });
  expect([status, body.message]).toEqual([200, 'success']);
  return body.data!.task_id!;
}

const record = async (id: string) => (await call('GET', `/api/v1/tasks/${id}`)).body.data!;
const claim = (id: string) =>
  under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
const progress = {
  phase: 'RENDERING' as const,
  percent: 250,
  framesDone: 1,
  framesTotal: 2,
  outTimeUs: 3,
  speed: 1,
  phaseTimings: [],
  remainingMs: null,
};

async function finish(id: string): Promise<void> {
  await claim(id);
  await under.change(id, (task) =>
    succeeded(
      task,
      { outputs: [outputOf({ key: { tenant: 'default', id }, fence: task.fence, attemptId: 'a' })], warnings: [] },
      Date.now(),
    ),
  );
}

describe('a task over the routes of MoneyPrinterTurbo', () => {
  it('is 4 without videos while it is queued or runs, and never 100 with 4', async () => {
    const id = await submit();
    expect(await record(id)).toMatchObject({ task_id: id, state: 4, progress: 0 });
    await claim(id);
    await under.change(id, (task) => progressed(task, progress, Date.now()));
    const running = await record(id);
    expect(running).toMatchObject({ state: 4, progress: 99 });
    for (const key of ['videos', 'combined_videos', 'error', 'failed_stage']) expect(running).not.toHaveProperty(key);
  });

  it('is 1 with 100 and working URLs as soon as it is complete', async () => {
    const id = await submit();
    await finish(id);
    const done = await record(id);
    expect(done).toMatchObject({ state: 1, progress: 100 });
    const [url] = done.videos as string[];
    expect(new URL(url!).pathname).toBe(`/tasks/${id}/final-1.mp4`);
    const part = await fetch(url!, { headers: { range: 'bytes=1-2' } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, under.video.subarray(1, 3)]);
    // Clients join URLs to the base, which changes nothing in one that is absolute.
    expect(new URL(url!, `${under.httpUrl}/api/v1/`).href).toBe(url);
  });

  it('is -1 with the reason when it failed or was cancelled, by the parameter of the request', async () => {
    const id = await submit();
    await claim(id);
    await under.change(id, (task) =>
      failed(
        task,
        { reason: 'INPUT_NOT_MEDIA', message: 'this is no sound', field: 'spec.montage.narration.uri' },
        Date.now(),
      ),
    );
    const gone = await record(id);
    expect(gone).toMatchObject({
      state: -1,
      failed_stage: 'audio',
      error: 'INPUT_NOT_MEDIA: custom_audio_file: this is no sound',
    });
    expect(gone).not.toHaveProperty('videos');
    const other = await submit();
    await under.change(other, (task) => cancelled(task, Date.now()));
    expect(await record(other)).toMatchObject({
      state: -1,
      failed_stage: 'cancelled',
      error: expect.stringMatching(/cancelled/) as string,
    });
  });

  it('is not failed while another attempt is due', async () => {
    const id = await submit();
    await claim(id);
    await under.change(id, (task) => failed(task, { reason: 'RENDER_FAILED', message: 'm', field: '' }, Date.now()));
    const waiting = await record(id);
    expect(waiting).toMatchObject({ state: 4, progress: 0 });
    expect(waiting).not.toHaveProperty('error');
  });

  it('names its inputs, and its videos by the host that the caller used, when it is finished', async () => {
    const cues = [
      { start: 0, end: 1, text: 'one' },
      { start: 1, end: 2, text: 'two' },
    ];
    const id = await submit({ subtitle_cues: cues });
    await finish(id);
    const url = `${under.httpUrl}/tasks/${id}/final-1.mp4`;
    const finished = {
      state: 1,
      videos: [url],
      combined_videos: [url],
      audio_file: 'voice.mp3',
      subtitle_path: '',
      script: 'one\ntwo',
      params: { video_subject: 'Spring' },
    };
    expect(await record(id)).toMatchObject(finished);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(under.video);
    const other = under.httpUrl.replace('127.0.0.1', 'localhost');
    const there = (await (await fetch(`${other}/api/v1/tasks/${id}`)).json()) as Envelope;
    expect(there.data?.videos).toEqual([url.replace('127.0.0.1', 'localhost')]);
  });

  it('has its video behind /download/ by path and by URL', async () => {
    const id = await submit();
    await finish(id);
    const path = `tasks/${id}/final-1.mp4`;
    for (const rest of [
      `${id}/final-1.mp4`,
      path,
      `/${path}`,
      `${under.httpUrl}/${path}`,
      encodeURIComponent(`${under.httpUrl}/${path}?x=1`),
    ]) {
      const response = await fetch(`${under.httpUrl}/api/v1/download/${rest}`);
      expect([response.status, response.headers.get('content-disposition')], rest).toEqual([
        200,
        'attachment; filename="final-1.mp4"',
      ]);
      await response.arrayBuffer();
    }
    expect((await fetch(`${under.httpUrl}/api/v1/download/tasks/${id}/..%2F..%2Fetc%2Fpasswd`)).status).toBe(404);
  });

  it('keeps its warnings through an attempt and its end', async () => {
    const id = await submit({ n_threads: 4, subtitle_animation: 'pop', no_such_thing: 1 });
    const warnings = [
      { code: 'PARAMETER_IGNORED', field: 'subtitle_animation' },
      { code: 'PARAMETER_UNKNOWN', field: 'no_such_thing' },
    ];
    expect(await record(id)).toMatchObject({ warnings });
    await finish(id);
    expect(await record(id)).toMatchObject({ state: 1, warnings });
    const task = (await (await fetch(`${under.httpUrl}/v1/tasks/${id}`)).json()) as {
      warnings: unknown;
      labels: unknown;
    };
    expect(task).toMatchObject({ warnings, labels: { video_subject: 'Spring' } });
  });
});

describe('the routes of MoneyPrinterTurbo', () => {
  it('answer 400 with every violation at once, by parameter, in the form of FastAPI', async () => {
    const before = await under.store.count('default');
    const { status, body } = await call('POST', '/api/v1/videos', {
      video_materials: [{ url: 'missing.mp4' }, { url: '' }],
      video_aspect: '2:1',
      subtitle_file: 'missing.srt',
      text_fore_color: 'no colour',
    });
    expect(status).toBe(400);
    const data = body.data as unknown as { loc: unknown[]; msg: string }[];
    expect(data.map(({ loc }) => loc.join('.')).sort()).toEqual([
      'body.custom_audio_file',
      'body.subtitle_file',
      'body.text_fore_color',
      'body.video_aspect',
      'body.video_materials.0.url',
      'body.video_materials.1.url',
      'body.video_subject',
    ]);
    expect(body.message).toContain('narration file');
    expect(await under.store.count('default')).toBe(before);
  });

  it('answer "field required" for a missing parameter', async () => {
    const { status, body } = await call('POST', '/api/v1/videos', { ...VIDEO, video_subject: null });
    expect([status, body.message, body.data]).toEqual([
      400,
      'field required: video_subject',
      [{ loc: ['body', 'video_subject'], msg: 'field required', type: 'value_error.missing' }],
    ]);
  });

  it('name missing materials, and the lack of a search for footage', async () => {
    const { status, body } = await call('POST', '/api/v1/videos', { ...VIDEO, video_materials: [] });
    expect([status, body.message]).toEqual([400, 'field required: video_materials; no footage is searched here']);
  });

  it.each(['scripts', 'terms', 'subtitle', 'audio', 'social-metadata'])('refuse /%s as unsupported', async (name) => {
    const { status, body } = await call('POST', `/api/v1/${name}`, {});
    expect([status, body.message]).toEqual([501, expect.stringMatching(/^not done here: /)]);
  });

  it.each(['', '{', '[]', 'null', '"x"', '\u0000'])('refuse a body of %j', async (text) => {
    expect((await call('POST', '/api/v1/videos', text)).status).toBe(400);
  });

  it('answer 404 for missing tasks, files and paths, and 405 for another method', async () => {
    for (const path of [
      '/api/v1/tasks/nope',
      '/api/v1/stream/nope/final-1.mp4',
      '/api/v1/download/nope/x',
      '/api/v1/nothing',
      '/api/v1',
      '/api/v1/tasks/%2e%2e%2fetc',
    ]) {
      expect((await call('GET', path)).status, path).toBe(404);
    }
    expect((await call('DELETE', '/api/v1/tasks/nope')).status).toBe(404);
    for (const [method, path, allow] of [
      ['GET', '/api/v1/videos', 'POST'],
      ['DELETE', '/api/v1/musics', 'GET, POST, HEAD'],
      ['PUT', '/api/v1/video_materials', 'GET, POST, HEAD'],
      ['PUT', '/api/v1/tasks/x', 'GET, DELETE, HEAD'],
    ] as const) {
      const answer = await call(method, path, method === 'GET' ? undefined : '{}');
      expect([answer.status, answer.headers.get('allow')], path).toEqual([405, allow]);
    }
  });

  it('use a font of the server by its name and replace an unknown one, which /v1 refuses', async () => {
    const cues = { subtitle_cues: [{ start: 0, end: 1, text: 'a' }] };
    expect(await record(await submit({ ...cues, font_name: 'Own.ttf' }))).not.toHaveProperty('warnings');
    expect(await record(await submit({ ...cues, font_name: 'STHeitiMedium.ttc' }))).toMatchObject({
      warnings: [{ code: 'FONT_REPLACED', field: 'font_name' }],
    });
    const v1 = async (font: string) => {
      const subtitles = { cues: { cues: [{ end: '1s', text: 'a' }] }, style: { font } };
      const response = await fetch(`${under.httpUrl}/v1/tasks`, {
        method: 'POST',
        body: JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }], subtitles } } }),
      });
      return [response.status, JSON.stringify(await response.json())] as const;
    };
    expect((await v1('Own.ttf'))[0]).toBe(200);
    for (const font of ['own.ttf', '../Own.ttf', 'STHeitiMedium.ttc']) {
      const [status, text] = await v1(font);
      expect([status, text]).toEqual([
        400,
        expect.stringMatching(/spec\.montage\.subtitles\.style\.font.*is none of the fonts of this server: Own\.ttf/),
      ]);
    }
    const capabilities = (await (await fetch(`${under.httpUrl}/v1/capabilities`)).json()) as Record<string, unknown>;
    expect(capabilities.fontFiles).toEqual(['Own.ttf']);
  });

  it('ask the caller to come back while the server shuts down', async () => {
    const leaving = await startApiUnderTest();
    try {
      leaving.api.drain();
      const body = JSON.stringify(VIDEO);
      const response = await fetch(`${leaving.httpUrl}/api/v1/videos`, { method: 'POST', body });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await response.json()).toMatchObject({ status: 503 });
      // Its clients know no other server: what they read goes on.
      expect((await fetch(`${leaving.httpUrl}/api/v1/tasks`)).status).toBe(200);
      expect((await fetch(`${leaving.httpUrl}/api/v1/tasks/x`)).status).toBe(404);
      expect((await fetch(`${leaving.httpUrl}/api/v1/musics`)).status).toBe(200);
    } finally {
      await leaving.stop();
    }
  });
});

it('the routes of MoneyPrinterTurbo delete an upload by its name, and answer 404 for a missing one', async () => {
  const removed: string[] = [];
  const remove = (uri: string) => {
    removed.push(uri);
    return Promise.resolve(uri.endsWith('mine-1.mp3'));
  };
  const server = await startApiUnderTest({
    moneyPrinterTurbo: {
      uploads: { of: () => ({ list: () => Promise.resolve([]), remove }) },
      library: { of: () => ({ list: () => Promise.resolve([]) }) },
      musicFolder: 'songs',
      maxUploadBytes: 1,
      random: () => 0,
    },
  });
  try {
    const statusOf = async (path: string) =>
      (await fetch(`${server.httpUrl}/api/v1/${path}`, { method: 'DELETE' })).status;
    expect([await statusOf('musics/mine-1.mp3'), await statusOf('video_materials/none.mp4')]).toEqual([200, 404]);
    expect(removed).toEqual(['upload:songs/mine-1.mp3', 'upload:video_materials/none.mp4']);
  } finally {
    await server.stop();
  }
});

describe('a list over the routes of MoneyPrinterTurbo', () => {
  it('is paged by number, newest first, with the total', async () => {
    const ids = [await submit(), await submit(), await submit(), await submit(), await submit()].reverse();
    const total = await under.store.count('default');
    const page = async (query: string) =>
      (await call('GET', `/api/v1/tasks${query}`)).body.data as unknown as {
        tasks: { task_id: string }[];
        total: number;
        page: number;
        page_size: number;
      };
    const first = await page('?page=1&page_size=2');
    expect(first).toMatchObject({ total, page: 1, page_size: 2 });
    const second = await page('?page=2&page_size=2');
    const third = await page('?page=3&page_size=2');
    expect([...first.tasks, ...second.tasks, ...third.tasks].map((t) => t.task_id).slice(0, 5)).toEqual(ids);
    expect(await page('')).toMatchObject({ page: 1, page_size: 10 });
    expect(await page(`?page=1000000&page_size=1000`)).toMatchObject({ tasks: [], total });
  });

  it.each(['page=0', 'page=-1', 'page=x', 'page_size=0', 'page_size=1.5', 'page_size=1001'])(
    'is refused with %s',
    async (query) => {
      const { status, body } = await call('GET', `/api/v1/tasks?${query}`);
      expect(status).toBe(400);
      expect(body.data).toMatchObject([{ loc: ['query', query.split('=')[0]] }]);
    },
  );

  it('has the songs and materials by their names in requests, without a path of the server', async () => {
    expect((await call('GET', '/api/v1/musics')).body.data).toEqual({
      files: [{ name: 'one.mp3', size: 12, file: 'songs/one.mp3' }],
    });
    expect((await call('GET', '/api/v1/video_materials')).body.data).toEqual({
      files: [{ name: 'a.mp4', size: 34, file: 'clips/a.mp4' }],
    });
  });
});

describe('the file routes of MoneyPrinterTurbo', () => {
  it('stream and download a video whole or in part', async () => {
    const id = await submit();
    await finish(id);
    const all = await fetch(`${under.httpUrl}/api/v1/stream/${id}/final-1.mp4`);
    expect([all.status, all.headers.get('content-type'), Buffer.from(await all.arrayBuffer())]).toEqual([
      200,
      'video/mp4',
      under.video,
    ]);
    const part = await fetch(`${under.httpUrl}/api/v1/download/${id}/final-1.mp4`, { headers: { range: 'bytes=-4' } });
    expect([part.status, part.headers.get('content-range'), part.headers.get('content-disposition')]).toEqual([
      206,
      'bytes 9996-9999/10000',
      'attachment; filename="final-1.mp4"',
    ]);
    const head = await fetch(`${under.httpUrl}/api/v1/stream/${id}/final-1.mp4`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
      200,
      '10000',
      'bytes',
    ]);
  });

  it('return 404 for another file of the task and for a path out of it', async () => {
    const id = await submit();
    await finish(id);
    for (const name of ['final-2.mp4', '..%2f..%2fetc%2fpasswd', '%2e%2e', 'final-1.mp4%00']) {
      expect((await call('GET', `/api/v1/stream/${id}/${name}`)).status, name).toBe(404);
    }
  });
});

describe('the deletion over the routes of MoneyPrinterTurbo', () => {
  it('removes a task that has ended, and is 409 before', async () => {
    const id = await submit();
    expect((await call('DELETE', `/api/v1/tasks/${id}`)).status).toBe(409);
    await claim(id);
    expect((await call('DELETE', `/api/v1/tasks/${id}`)).body.message).toContain('still running');
    await under.change(id, (task) => cancelled(task, Date.now()));
    expect((await call('DELETE', `/api/v1/tasks/${id}`)).body).toEqual({ status: 200, message: 'success', data: null });
    expect((await call('GET', `/api/v1/tasks/${id}`)).status).toBe(404);
  });
});

describe('the routes of MoneyPrinterTurbo', () => {
  it('answer health probes, a slash at the end, keys and ids in headers', async () => {
    const headers = { 'x-api-key': 'k', 'x-task-id': 't', authorization: 'Bearer b' };
    for (const path of [
      '/api/v1/tasks?page=1&page_size=1',
      '/api/v1/musics',
      '/ping',
      '/api/v1/ping',
      '/api/v1/tasks/',
    ]) {
      expect((await call('GET', path, undefined, headers)).status, path).toBe(200);
    }
    const docs = await fetch(`${under.httpUrl}/docs`, { redirect: 'manual' });
    expect([docs.status, docs.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await docs.text()).toContain('/openapi.json');
  });

  it('log each call in one line, under the name of its RPC', async () => {
    const from = under.log.length;
    const id = await submit();
    await record(id);
    expect(under.log.slice(from)).toMatchObject([
      { method: 'SubmitTask', code: 'OK' },
      { method: 'GetTask', task: `tasks/${id}`, code: 'OK' },
    ]);
  });
});
