import { describe, expect, it } from 'vitest';
import { createOutputUrls, longestLifeOf, type OutputUrlOptions } from '../../../src/task/output-urls.js';
import type { OutputStore } from '../../../src/task/ports/output-store.js';
import type { Output, Task } from '../../../src/task/task.js';
import { systemClock } from '../../../src/app/system-clock.js';
import { forgedUrl } from '../../support/forged-url.js';

const STREAM: Output = {
  key: 'master.m3u8',
  location: 'default/t/1-a/master.m3u8',
  contentType: 'application/vnd.apple.mpegurl',
  parts: [{ name: 'segment-1.m4s', contentType: 'video/iso.segment' }],
  sizeBytes: 1,
  durationUs: 1,
  width: 2,
  height: 2,
  frameRate: { num: 30, den: 1 },
  frameCount: 1,
  videoCodec: 'h264',
  audioCodec: 'aac',
  sha256: '',
};
const VIDEO: Output = {
  ...STREAM,
  key: 'final.mp4',
  location: 'default/t/1-a/final.mp4',
  contentType: 'video/mp4',
  parts: [{ name: 'final.mp4.poster.jpg', contentType: 'image/jpeg' }],
};
const TASK = { id: 't', tenant: 'default', outputs: [STREAM, VIDEO] } as unknown as Task;
const ELSEWHERE = { ...TASK, tenant: 'a&b=c%/d e' };

const opened: (string | undefined)[] = [];
const outputs = {
  open: (location: string, part?: string) => {
    opened.push(part);
    return Promise.resolve({ kind: 'file', path: location });
  },
} as unknown as OutputStore;
const KEY = Buffer.alloc(32, 7);
const keysOf = (keys: readonly [Buffer, ...Buffer[]], refresh = () => Promise.resolve()) => ({
  current: () => keys[0],
  accepted: () => keys,
  refresh,
});
const options: OutputUrlOptions = {
  store: {
    get: ({ tenant }) =>
      Promise.resolve(tenant === TASK.tenant ? TASK : tenant === ELSEWHERE.tenant ? ELSEWHERE : null),
  },
  outputs,
  clock: systemClock,
  keys: keysOf([KEY]),
  lifetimeMs: 60_000,
};
const urls = createOutputUrls(options);

describe('a signed URL of an output of several files', () => {
  const { searchParams: query } = new URL(urls.sign(TASK, VIDEO, 'http://host'));

  it.each([
    ['final.mp4', 'video/mp4', undefined],
    ['final.mp4.poster.jpg', 'image/jpeg', 'final.mp4.poster.jpg'],
  ])('opens %s by the same query', async (file, contentType, part) => {
    expect(await urls.open({ taskId: 't', file, query })).toMatchObject({ contentType });
    expect(opened.at(-1)).toBe(part);
  });

  it('opens no other file, and nothing without the signature', async () => {
    await expect(urls.open({ taskId: 't', file: 'other', query })).rejects.toMatchObject({
      detail: { reason: 'OUTPUT_NOT_FOUND' },
    });
    const unsigned = new URLSearchParams({ expires: query.get('expires')! });
    await expect(urls.open({ taskId: 't', file: 'final.mp4.poster.jpg', query: unsigned })).rejects.toMatchObject({
      detail: { reason: 'URL_SIGNATURE_INVALID' },
    });
  });
});

describe('a signed URL of a stream', () => {
  const query = new URLSearchParams();

  it.each([TASK, ELSEWHERE])(
    'has its signature where relative links keep it, also for the tenant of %j',
    async (task) => {
      const url = new URL(urls.sign(task, STREAM, 'https://host/base'));
      expect(url.search).toBe('');
      expect(url.pathname).toMatch(/^\/base\/tasks\/t\/expires=\d+(&tenant=[^/]+)?&signature=[\w-]+\/master\.m3u8$/);
      const segment = new URL('segment-1.m4s', url);
      const [, , , , grant = '', file = ''] = segment.pathname.split('/').map(decodeURIComponent);
      expect(await urls.open({ taskId: 't', file, query, grant })).toMatchObject({ contentType: 'video/iso.segment' });
    },
  );

  it('opens no other output, and nothing when it was changed or is over', async () => {
    const [, , , grant = ''] = new URL(urls.sign(TASK, STREAM, 'http://host')).pathname
      .split('/')
      .map(decodeURIComponent);
    const refused = (file: string, changed: string) =>
      expect(urls.open({ taskId: 't', file, query, grant: changed })).rejects.toMatchObject({
        detail: { reason: 'URL_SIGNATURE_INVALID' },
      });
    await refused('final.mp4', grant);
    await refused('master.m3u8', grant.replace(/expires=\d/, 'expires=9'));
    await refused('master.m3u8', forgedUrl(grant));
    await refused('master.m3u8', '');
  });
});

describe('a signed URL when keys change', () => {
  const { searchParams: query } = new URL(urls.sign(TASK, VIDEO, 'http://host'));
  const request = { taskId: 't', file: 'final.mp4', query };
  const next = Buffer.alloc(32, 8);

  it('opens by the key before the one that signs, and not once that is over', async () => {
    expect(await createOutputUrls({ ...options, keys: keysOf([next, KEY]) }).open(request)).toMatchObject({
      contentType: 'video/mp4',
    });
    await expect(createOutputUrls({ ...options, keys: keysOf([next]) }).open(request)).rejects.toMatchObject({
      detail: { reason: 'URL_SIGNATURE_INVALID' },
    });
  });

  it('opens by a key that another replica has just made', async () => {
    const known: [Buffer] = [next];
    const keys = keysOf(known, () => {
      known[0] = KEY;
      return Promise.resolve();
    });
    expect(await createOutputUrls({ ...options, keys }).open(request)).toMatchObject({ contentType: 'video/mp4' });
  });

  it('tells how much longer it is valid, so that no redirect lives longer', async () => {
    const { validForMs } = await urls.open(request);
    expect(validForMs).toBeGreaterThan(0);
    expect(validForMs).toBeLessThanOrEqual(longestLifeOf(60_000));
    expect((await urls.locate({ tenant: 'default', taskId: 't', file: 'final.mp4' })).validForMs).toBeNull();
  });
});
