import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createObjectArtifacts, sweepArtifacts } from '../../src/media/objects/object-artifacts.js';
import { createObjectOutputs } from '../../src/media/objects/object-outputs.js';
import { createObjectUploadSource, openObjectUploads } from '../../src/media/objects/object-uploads.js';
import { openTenantUploads } from '../../src/media/tenant-media.js';
import type { ObjectStore } from '../../src/media/objects/object-store.js';

/** More than one part of an upload, and more than some chunks. */
const LARGE_BYTES = 18 * 1024 * 1024 + 7;
const never = new AbortController().signal;

export interface ObjectStoreUnderTest {
  readonly name: string;
  /** Makes an empty store. */
  readonly make: () => Promise<{ objects: ObjectStore; close: () => Promise<void> }>;
}

/** What each object store does, and what outputs, uploads and artifacts make of it. */
export function describeObjectStore({ name, make }: ObjectStoreUnderTest, options: { skip: boolean }): void {
  describe.skipIf(options.skip)(`the objects of ${name}`, () => {
    let folder: string;
    let objects: ObjectStore;
    let close: () => Promise<void>;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'cutroom-objects-'));
    });
    afterAll(() => rm(folder, { recursive: true }));
    beforeEach(async () => {
      ({ objects, close } = await make());
    });
    afterEach(() => close());

    let files = 0;
    const fileOf = async (bytes: Uint8Array | string): Promise<string> => {
      const file = path.join(folder, `file-${(files += 1)}`);
      await writeFile(file, bytes);
      return file;
    };
    const put = async (key: string, bytes: Uint8Array | string): Promise<void> => {
      await objects.put(key, await fileOf(bytes));
    };
    const bytesOf = async (key: string, range?: { start: number; end: number }): Promise<Buffer> => {
      const parts: Uint8Array[] = [];
      for await (const part of objects.read(key, { signal: never, ...(range ? { range } : {}) })) parts.push(part);
      return Buffer.concat(parts);
    };
    const keys = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of objects.list(prefix)) found.push(key);
      return found;
    };

    it('are read as they were stored, whole and in ranges', async () => {
      const bytes = randomBytes(LARGE_BYTES);
      await put('a/large', bytes);
      expect(await objects.find('a/large')).toMatchObject({ key: 'a/large', sizeBytes: LARGE_BYTES });
      expect((await bytesOf('a/large')).equals(bytes)).toBe(true);
      for (const [start, end] of [
        [0, 0],
        [1_048_575, 1_048_577],
        [LARGE_BYTES - 3, LARGE_BYTES - 1],
      ] as const)
        expect(await bytesOf('a/large', { start, end })).toEqual(bytes.subarray(start, end + 1));
    });

    it('may be empty', async () => {
      await put('a/empty', '');
      expect(await objects.find('a/empty')).toMatchObject({ sizeBytes: 0 });
      expect(await bytesOf('a/empty')).toEqual(Buffer.alloc(0));
    });

    it('are replaced by the next of their key, which has another version', async () => {
      await put('a/key', 'old');
      const old = await objects.find('a/key');
      await put('a/key', 'newer');
      expect((await bytesOf('a/key')).toString()).toBe('newer');
      const found = await objects.find('a/key');
      expect(found?.sizeBytes).toBe(5);
      expect(found?.version).not.toBe(old?.version);
      expect(await keys('a/')).toEqual(['a/key']);
    });

    it('are listed by the beginnings of their keys, in order', async () => {
      for (const key of ['b/2', 'b/10', 'a/1', 'b0', 'bb/1', 'b/1/x']) await put(key, key);
      expect(await keys('b/')).toEqual(['b/1/x', 'b/10', 'b/2']);
      expect(await keys('')).toEqual(['a/1', 'b/1/x', 'b/10', 'b/2', 'b0', 'bb/1']);
    });

    it('are gone once they are removed, which may be done twice', async () => {
      await put('a/key', 'bytes');
      await objects.remove('a/key');
      await objects.remove('a/key');
      expect(await objects.find('a/key')).toBeNull();
      await expect(bytesOf('a/key')).rejects.toThrow();
    });

    it('are not there after an upload that was aborted', async () => {
      const abort = new AbortController();
      const storing = objects.put('a/key', await fileOf(randomBytes(LARGE_BYTES)), { signal: abort.signal });
      abort.abort(new Error('stopped'));
      await expect(storing).rejects.toThrow();
      expect(await objects.find('a/key')).toBeNull();
    });

    it('are found by URLs of the store itself, with the headers that were asked for, where it has such', async () => {
      if (objects.presign === null) return;
      await put('a/key', 'bytes');
      const headers = { contentType: 'video/mp4', contentDisposition: 'attachment; filename="x.mp4"' };
      const answer = await fetch(await objects.presign('a/key', { lifetimeMs: 60_000, ...headers }));
      expect(await answer.text()).toBe('bytes');
      expect(answer.headers.get('content-type')).toBe('video/mp4');
      expect(answer.headers.get('content-disposition')).toBe(headers.contentDisposition);
    });

    describe('as outputs', () => {
      const key = { tenant: 'default', id: 'task-1' };
      const attempt = (fence: number) => ({ key, fence, attemptId: `a${fence}` });

      it('are published together, opened by their location, and discarded by their attempts', async () => {
        const outputs = createObjectOutputs({ objects, directMs: null });
        const files = async (text: string) =>
          [
            { path: await fileOf(text), name: 'final-1.mp4' },
            { path: await fileOf('poster'), name: 'final-1.mp4.jpg' },
          ] as const;
        const first = await outputs.publish(await files('first'), attempt(1));
        const second = await outputs.publish(await files('second'), attempt(2));
        const attempts: unknown[] = [];
        for await (const each of outputs.attempts()) attempts.push(each);
        expect(attempts).toEqual([attempt(1), attempt(2)]);
        const content = await outputs.open(second, 'final-1.mp4.jpg');
        expect(content).toMatchObject({ kind: 'stream', sizeBytes: 6, direct: null });
        await outputs.discard(key, { keepFence: 2 });
        expect([await outputs.open(first), (await outputs.open(second))?.kind]).toEqual([null, 'stream']);
        await outputs.discardAttempt(attempt(2));
        expect(await outputs.open(second)).toBeNull();
        expect(await keys('')).toEqual([]);
      });

      it.each(['../../../etc/passwd', 'default/task-1/1-a1', 'default/task-1/1-a1/../x', ''])(
        'are not opened by what is no location: %s',
        async (location) => {
          expect(await createObjectOutputs({ objects, directMs: null }).open(location)).toBeNull();
        },
      );

      it('are none when one of them cannot be stored', async () => {
        const outputs = createObjectOutputs({ objects, directMs: null });
        const missing = { path: path.join(folder, 'nothing'), name: 'b.mp4' };
        const published = outputs.publish([{ path: await fileOf('x'), name: 'a.mp4' }, missing], attempt(1));
        await expect(published).rejects.toMatchObject({ failure: { reason: 'OUTPUT_NOT_STORED' } });
        expect(await keys('')).toEqual([]);
      });
    });

    describe('as artifacts', () => {
      const key = { tenant: 'default', hash: 'ab12' };

      it('are got back with their notes, never by another tenant, and not when they are damaged', async () => {
        const artifacts = createObjectArtifacts(objects);
        await artifacts.put(key, await fileOf('section'), 'note');
        const to = path.join(folder, 'got');
        expect(await artifacts.get({ ...key, tenant: 'other' }, to)).toBeNull();
        expect(await artifacts.get(key, to)).toBe('note');
        await put('artifacts/default/ab12', 'damaged');
        expect(await artifacts.get(key, path.join(folder, 'damaged'))).toBeNull();
        expect(await keys('artifacts/')).toEqual([]);
      });

      it('are removed when they take too much room, the oldest first', async () => {
        for (const hash of ['a1', 'a2', 'a3']) await put(`artifacts/default/${hash}`, Buffer.alloc(1000));
        await sweepArtifacts(objects, 3000);
        expect(await keys('artifacts/')).toHaveLength(3);
        await sweepArtifacts(objects, 2500);
        expect(await keys('artifacts/')).toHaveLength(2);
      });
    });

    describe('as uploads', () => {
      const options = () => ({
        objects,
        prefix: 'uploads/default/',
        counted: 'uploads/',
        folder: path.join(folder, 'incoming'),
        nowMs: Date.now(),
        ttlMs: () => 3_600_000,
        maxTotalBytes: 100,
      });
      async function* chunks(text: string): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from(text));
      }

      it('are inputs once they are accepted, until they are removed or their time is up', async () => {
        const uploads = await openObjectUploads(options());
        const source = createObjectUploadSource(options());
        const fetching = { field: 'f', signal: never, folder: path.join(folder, 'render') };
        const draft = await uploads.receive(chunks('picture'));
        expect(await source.check(draft.uri)).toBeNull();
        const { uri } = await draft.accept('video_materials', 'a b.png');
        await draft.discard();
        expect(await source.check(uri)).toBeNull();
        expect(await uploads.list('visual')).toMatchObject([{ uri, sizeBytes: 7 }]);
        expect(await uploads.list('audio')).toEqual([]);
        expect(await readFile(await source.fetch(uri, fetching), 'utf8')).toBe('picture');
        await uploads.removeExpired(Date.now());
        expect(await source.check(uri)).toBeNull();
        await uploads.removeExpired(Date.now() + 2 * 3_600_000);
        expect(await source.check(uri)).toEqual({ description: 'is no upload of this server' });
        await expect(source.fetch(uri, fetching)).rejects.toMatchObject({ failure: { reason: 'INPUT_NOT_FOUND' } });
        expect(await uploads.remove(uri)).toBe(false);
      });

      it('never exceed their limit together, and leave nothing of those that are refused', async () => {
        const uploads = await openObjectUploads(options());
        const sent = await Promise.allSettled(
          Array.from({ length: 10 }, async (_, i) => {
            const draft = await uploads.receive(chunks('x'.repeat(40)));
            return draft.accept('video_materials', `${i}.png`).finally(() => draft.discard());
          }),
        );
        const accepted = sent.filter(({ status }) => status === 'fulfilled');
        expect(accepted.length).toBeLessThanOrEqual(2);
        expect(await keys('uploads/')).toHaveLength(accepted.length);
        const left = await readdir(options().folder, { recursive: true, withFileTypes: true });
        expect(left.filter((entry) => entry.isFile())).toEqual([]);
      });

      it('are kept as long as their tenant has it, whichever machine took them, and are counted by tenant', async () => {
        const uploads = await openTenantUploads({
          dataDir: path.join(folder, 'data'),
          nowMs: Date.now(),
          ttlMs: (tenant) => (tenant === 'acme' ? 24 : 1) * 3_600_000,
          maxTotalBytes: 100,
          objects,
        });
        for (const key of ['acme/v/a.png', 'acme/v/b.png', 'briar/v/c.png', 'default/v/d.png'])
          await put(`uploads/${key}`, 'picture');
        expect(await uploads.of('acme').total()).toEqual({ files: 2, bytes: 14 });
        await uploads.removeExpired(Date.now() + 2 * 3_600_000);
        expect(await keys('uploads/')).toEqual(['uploads/acme/v/a.png', 'uploads/acme/v/b.png']);
        await uploads.removeExpired(Date.now() + 25 * 3_600_000);
        expect(await keys('uploads/')).toEqual([]);
      });

      it('are refused when there are too many bytes', async () => {
        const uploads = await openObjectUploads(options());
        await put('uploads/other/x', Buffer.alloc(100));
        await expect(uploads.receive(chunks('x'))).rejects.toMatchObject({ detail: { reason: 'UPLOADS_FULL' } });
      });
    });
  });
}
