import { describe, expect, it } from 'vitest';
import { createOutputUrls } from '../../../src/task/output-urls.js';
import type { OutputStore } from '../../../src/task/ports/output-store.js';
import type { Output, Task } from '../../../src/task/task.js';
import { systemClock } from '../../../src/app/system-clock.js';

const OUTPUT: Output = {
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
const TASK = { id: 't', tenant: 'default', outputs: [OUTPUT] } as unknown as Task;

const opened: (string | undefined)[] = [];
const outputs = {
  open: (location: string, part?: string) => {
    opened.push(part);
    return Promise.resolve({ kind: 'file', path: location });
  },
} as unknown as OutputStore;
const urls = createOutputUrls({
  store: { get: () => Promise.resolve(TASK) },
  outputs,
  clock: systemClock,
  signingKey: Buffer.alloc(32, 7),
  lifetimeMs: 60_000,
});

describe('a signed URL of an output of several files', () => {
  const { searchParams: query } = new URL(urls.sign(TASK, OUTPUT, 'http://host'));

  it.each([
    ['master.m3u8', 'application/vnd.apple.mpegurl', undefined],
    ['segment-1.m4s', 'video/iso.segment', 'segment-1.m4s'],
  ])('opens %s by the same query', async (file, contentType, part) => {
    expect(await urls.open({ taskId: 't', file, query })).toMatchObject({ contentType });
    expect(opened.at(-1)).toBe(part);
  });

  it('opens no other file, and nothing without the signature', async () => {
    await expect(urls.open({ taskId: 't', file: 'other', query })).rejects.toMatchObject({
      detail: { reason: 'OUTPUT_NOT_FOUND' },
    });
    const unsigned = new URLSearchParams({ expires: query.get('expires')! });
    await expect(urls.open({ taskId: 't', file: 'segment-1.m4s', query: unsigned })).rejects.toMatchObject({
      detail: { reason: 'URL_SIGNATURE_INVALID' },
    });
  });
});
