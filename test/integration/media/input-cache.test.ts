import { mkdir, mkdtemp, readdir, readFile, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpInputs } from '../../../src/media/http/http-inputs.js';
import {
  createInputCaches,
  type InputCacheOptions,
  type InputCaches,
} from '../../../src/media/input-cache/input-cache.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
import { failureOf } from '../../../src/task/failure.js';
import type { CacheMode } from '../../../src/task/task-options.js';
import { eventually } from '../../support/eventually.js';
import { type HttpOrigin, startHttpOrigin } from '../../support/http-origin.js';
import { mountSmallDisk } from '../../support/small-disk.js';

let origin: HttpOrigin;
let folder: string;
let caches: InputCaches | null = null;
let results: string[];
let problems: string[];
let fetches = 0;
beforeEach(async () => {
  [origin, folder] = await Promise.all([startHttpOrigin(), mkdtemp(path.join(tmpdir(), 'cutroom-inputs-'))]);
  open();
});
afterEach(async () => {
  caches?.close();
  await origin.close();
  await rm(folder, { recursive: true, force: true });
});

/** As after a start of the service. */
function open(changes: Partial<InputCacheOptions> & { maxBytes?: number; at?: string } = {}): void {
  caches?.close();
  [results, problems] = [[], []];
  const { maxBytes = 100_000, at = folder, ...options } = changes;
  caches = createInputCaches({
    entries: createLocalArtifacts({ folder: path.join(at, 'inputs'), maxBytes }),
    folder: at,
    keepFreeBytes: 0,
    onFetched: ({ result }) => results.push(result),
    onProblem: (message) => problems.push(message),
    ...options,
  });
}

interface Given {
  readonly tenant?: string;
  readonly cache?: CacheMode;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly field?: string;
}
async function fetched(url: string, { tenant = 'a', signal, field = 'f', ...rest }: Given = {}): Promise<string> {
  const inputs = createHttpInputs({
    rules: () => ({ mode: 'public', allow: [{ kind: 'range', cidr: '127.0.0.1/32', port: origin.port }] }),
    maxBytes: 1_000_000,
    limits: { backoffMs: [] },
    cache: caches!.of(tenant),
  });
  fetches += 1;
  const own = path.join(folder, `scratch-${fetches}`);
  return inputs.fetch(origin.url + url, {
    ...rest,
    field,
    signal: signal ?? new AbortController().signal,
    folder: own,
  });
}
const text = async (url: string, given?: Given) => readFile(await fetched(url, given), 'utf8');
const drafts = async () => (await readdir(folder)).filter((name) => name.startsWith('fetch-'));
const bodies = async (tenant = 'a') =>
  (await readdir(path.join(folder, 'inputs', tenant)).catch(() => [])).filter((name) => !name.endsWith('.json'));
const bodyFile = async () => path.join(folder, 'inputs/a', (await bodies())[0]!);

/** Serves a text with a validator, and 304 for it. */
function serve(at: string, content: string, headers: Record<string, string> = { etag: `"${content}"` }): void {
  origin.on(at, (request, response) => {
    const isKnown = [request.headers['if-none-match'], request.headers['if-modified-since']].some(
      (given) => given !== undefined && [headers.etag, headers['last-modified']].includes(given),
    );
    if (isKnown) response.writeHead(304, headers).end();
    else response.writeHead(200, { 'content-length': content.length, ...headers }).end(content);
  });
}
const LONG_AGO = 'Fri, 01 Nov 2024 10:00:00 GMT';

describe('an input that was downloaded before', () => {
  it.each([
    ['ETag', { etag: '"1"' }],
    ['date of its last change', { 'last-modified': LONG_AGO }],
    ['date beside a weak ETag', { etag: 'W/"1"', 'last-modified': LONG_AGO }],
    ['ETag, for a private cache', { etag: '"1"', 'cache-control': 'private, no-cache, max-age=0' }],
  ])('is asked for by its %s, and not sent again', async (_, headers) => {
    serve('/a', 'one', headers);
    expect([await text('/a'), await text('/a')]).toEqual(['one', 'one']);
    expect(results).toEqual(['miss', 'hit']);
    open();
    expect([await text('/a'), results]).toEqual(['one', ['hit']]);
    serve('/a', 'two', 'etag' in headers ? { etag: '"2"' } : { 'last-modified': 'Fri, 01 Nov 2024 10:00:01 GMT' });
    expect([await text('/a'), await text('/a')]).toEqual(['two', 'two']);
    expect(results).toEqual(['hit', 'miss', 'hit']);
    expect(await bodies()).toHaveLength(1);
    expect(await drafts()).toEqual([]);
  });

  it.each([
    ['no-store', { etag: '"1"', 'cache-control': 'max-age=60, No-Store' }],
    ['no validator', {}],
    ['a weak ETag alone', { etag: 'W/"1"' }],
    ['a change of the last minute', { 'last-modified': new Date().toUTCString() }],
    ['another answer for each request', { etag: '"1"', vary: '*' }],
    ['a length that nobody knows', null],
  ])('is downloaded again with %s, and nothing of it is kept', async (_, headers) => {
    if (headers) serve('/a', 'one', headers);
    else
      origin.on('/a', (_request, response) => {
        response.useChunkedEncodingByDefault = false;
        response.writeHead(200, { etag: '"1"' }).end('one');
      });
    expect([await text('/a'), await text('/a')]).toEqual(['one', 'one']);
    expect(origin.requests.map(({ headers }) => headers['if-none-match'] ?? headers['if-modified-since'])).toEqual([
      undefined,
      undefined,
    ]);
    expect(await bodies()).toEqual([]);
  });

  it('is no other tenant’s, nor that of another query', async () => {
    serve('/a', 'one');
    await text('/a?key=1');
    await text('/a?key=1', { tenant: 'b' });
    await text('/a?key=2');
    await text('/a?key=1');
    expect(results).toEqual(['miss', 'miss', 'miss', 'hit']);
    expect([(await bodies('a')).length, (await bodies('b')).length]).toEqual([2, 1]);
    const all = await readdir(path.join(folder, 'inputs'), { recursive: true, withFileTypes: true });
    for (const entry of all.filter((one) => one.isFile()))
      expect(entry.name + (await readFile(path.join(entry.parentPath, entry.name), 'utf8'))).not.toContain('key=');
  });

  it('is asked for only where its redirect leads to the URL that sent it', async () => {
    let to = '/one';
    origin.on('/a', (_, response) => response.writeHead(302, { location: to }).end());
    serve('/one', 'one', { etag: '"same"' });
    serve('/two', 'two', { etag: '"same"' });
    expect([await text('/a'), await text('/a')]).toEqual(['one', 'one']);
    to = '/two';
    expect(await text('/a')).toBe('two');
    expect(results).toEqual(['miss', 'hit', 'miss']);
  });

  it('is downloaded again when its entry is damaged', async () => {
    serve('/a', 'one');
    await rm(await fetched('/a'));
    await writeFile(await bodyFile(), 'eno');
    expect(await text('/a')).toBe('one');
    await writeFile(await bodyFile(), 'o');
    expect(await text('/a')).toBe('one');
    await writeFile(`${await bodyFile()}.json`, '{');
    expect(await text('/a')).toBe('one');
    expect(await text('/a')).toBe('one');
    expect(results).toEqual(['miss', 'damaged', 'damaged', 'miss', 'hit']);
  });

  it('counts no more when its source has lost it, and 304 keeps nothing that must not be stored', async () => {
    serve('/a', 'one');
    await text('/a');
    origin.on('/a', (_, response) => response.writeHead(404).end());
    await expect(text('/a')).rejects.toMatchObject({ failure: { reason: 'INPUT_NOT_FOUND' } });
    expect(await bodies()).toEqual([]);
    serve('/a', 'one');
    await text('/a');
    serve('/a', 'one', { etag: '"one"', 'cache-control': 'no-store' });
    expect(await text('/a')).toBe('one');
    expect(await bodies()).toEqual([]);
  });

  it('is not used by a task that wants none of it, and fetched anew by one that says so', async () => {
    serve('/a', 'one');
    expect([await text('/a', { cache: 'NO_STORE' }), await bodies()]).toEqual(['one', []]);
    await text('/a', { cache: 'RELOAD' });
    await text('/a');
    await text('/a', { cache: 'RELOAD' });
    await text('/a', { cache: 'NO_STORE' });
    expect(results).toEqual(['bypass', 'reload', 'hit', 'reload', 'bypass']);
    expect(origin.requests.map(({ headers }) => headers['if-none-match'])).toEqual(
      ['', '', '"one"', '', ''].map((etag) => etag || undefined),
    );
  });

  it('is not evicted from under a render; the least used goes first', async () => {
    open({ maxBytes: 250 });
    for (const name of ['a', 'b']) serve(`/${name}`, name.repeat(100));
    const held = await fetched('/a');
    await utimes(await bodyFile(), 1, 1);
    await text('/b');
    await text('/a');
    const longAgo = (await bodies()).map((name) => path.join(folder, 'inputs/a', name));
    for (const file of longAgo) if ((await readFile(file, 'utf8')).startsWith('b')) await utimes(file, 2, 2);
    serve('/c', 'c'.repeat(100));
    await text('/c');
    expect(results).toEqual(['miss', 'miss', 'hit', 'miss']);
    const kept = await Promise.all(
      (await bodies()).map((name) => readFile(path.join(folder, 'inputs/a', name), 'utf8')),
    );
    expect(kept.map((content) => content[0]).sort()).toEqual(['a', 'c']);
    serve('/d', 'd'.repeat(251));
    await text('/d');
    expect(await bodies()).toHaveLength(2);
    await rm(path.join(folder, 'inputs'), { recursive: true });
    expect(await readFile(held, 'utf8')).toBe('a'.repeat(100));
    expect(problems).toEqual([]);
  });
});

describe('an input that several want at once', () => {
  /** Answers when it is let. */
  function gated(at: string, headers: Record<string, string> = { etag: '"1"' }) {
    const open: ServerResponse[] = [];
    origin.on(at, (_: IncomingMessage, response) => {
      response.writeHead(200, { 'content-length': 6, ...headers }).write('abc');
      open.push(response);
    });
    return {
      open,
      finish: () => {
        for (const response of open.splice(0)) response.end('def');
      },
    };
  }

  it('is downloaded once for all of a tenant', async () => {
    const { open, finish } = gated('/a');
    const all = [text('/a'), text('/a'), text('/a'), text('/a', { tenant: 'b' })];
    await eventually('both downloads', () => open.length === 2);
    finish();
    expect(await Promise.all(all)).toEqual(Array(4).fill('abcdef'));
    expect(results.sort()).toEqual(['miss', 'miss', 'shared', 'shared']);
    expect(await drafts()).toEqual([]);
  });

  it('goes on when the first gives up, and stops with the last; a part is no entry', async () => {
    const { open, finish } = gated('/a');
    const [first, second] = [new AbortController(), new AbortController()];
    const ends = [text('/a', { signal: first.signal }), text('/a', { signal: second.signal }), text('/a')];
    await eventually('the download', () => open.length === 1);
    await eventually('its first bytes are here', async () => (await drafts()).length === 1);
    first.abort(new Error('first'));
    await expect(ends[0]).rejects.toThrow('first');
    expect(await drafts()).toHaveLength(1);
    finish();
    expect(await Promise.all([ends[1], ends[2]])).toEqual(['abcdef', 'abcdef']);
    const last = text('/a', { signal: second.signal, cache: 'USE' });
    await eventually('another download', () => open.length === 1);
    second.abort(new Error('second'));
    await expect(last).rejects.toThrow('second');
    await eventually('nothing is left', async () => (await origin.connections()) + (await drafts()).length === 0);
    expect(await bodies()).toHaveLength(1);
  });

  it('fails for each with its own field', async () => {
    origin.on('/a', (_, response) => response.writeHead(403).end());
    const failures = ['x', 'y'].map((field) => text('/a', { field }).then(String, failureOf));
    expect(await Promise.all(failures)).toMatchObject(
      ['x', 'y'].map((field) => ({ field, reason: 'INPUT_FETCH_REFUSED' })),
    );
    serve('/b', 'b'.repeat(20));
    const limited = [10, 30].map((maxBytes) => text('/b', { maxBytes }).catch(failureOf));
    expect(await Promise.all(limited)).toMatchObject([{ reason: 'TASK_TOO_LARGE', field: 'f' }, 'b'.repeat(20)]);
    // Also by an entry.
    expect(await text('/b', { maxBytes: 10 }).catch(failureOf)).toMatchObject({ reason: 'TASK_TOO_LARGE' });
  });

  it('is downloaded by each where its source wants nothing stored', async () => {
    const { open, finish } = gated('/a', { 'cache-control': 'no-store' });
    const all = [text('/a'), text('/a')];
    await eventually('the first download', () => open.length === 1);
    finish();
    await eventually('the second download', () => open.length === 1);
    finish();
    expect(await Promise.all(all)).toEqual(['abcdef', 'abcdef']);
    expect(results).toEqual(['bypass', 'bypass']);
  });
});

describe('the cache of inputs', () => {
  it('gives way when the disk is nearly full, and to a download that fills it', async () => {
    const disk = await mountSmallDisk(4);
    // This machine lets nobody mount: the rest is tried without.
    if (disk === null) return;
    try {
      const large = 'x'.repeat(900_000);
      serve('/a', large, { etag: '"a"' });
      serve('/b', large, { etag: '"b"' });
      open({ at: disk.folder, maxBytes: 100_000_000, keepFreeBytes: 1_500_000 });
      const own = async (url: string) => rm(await fetched(url));
      await own('/a');
      await own('/a');
      expect(results).toEqual(['miss', 'hit']);
      await writeFile(path.join(disk.folder, 'other'), Buffer.alloc(1_700_000));
      await own('/b');
      await own('/a');
      expect(results).toEqual(['miss', 'hit', 'miss', 'miss']);
      await rm(path.join(disk.folder, 'other'));
      await own('/b');
      open({ at: disk.folder, maxBytes: 100_000_000, keepFreeBytes: 0 });
      await own('/a');
      const { bavail, bsize } = await statfs(disk.folder);
      await writeFile(path.join(disk.folder, 'other'), Buffer.alloc(bavail * bsize - 400_000));
      serve('/c', large, { etag: '"c"' });
      expect((await stat(await fetched('/c'))).size).toBe(900_000);
      expect(results.at(-1)).toBe('bypass');
    } finally {
      caches?.close();
      await disk.remove();
    }
  });

  it('is left out where its folder cannot be used', async () => {
    serve('/a', 'one');
    await writeFile(path.join(folder, 'inputs'), 'no folder');
    expect([await text('/a'), await text('/a')]).toEqual(['one', 'one']);
    expect(results).toEqual(['miss', 'miss']);
    expect(problems).toContain('an input cannot be kept in the cache');
    open({ folder: path.join(folder, 'gone') });
    expect(await text('/a')).toBe('one');
    expect(problems).toContain('the cache of inputs cannot be used');
  });

  it('sweeps what a killed process left half stored, and takes it for no entry', async () => {
    serve('/a', 'one');
    await text('/a');
    const file = await bodyFile();
    await mkdir(path.dirname(file), { recursive: true });
    for (const name of [`${file}.old.part`, `${file}.old.part.json`, `${file}.new.part`]) await writeFile(name, 'x');
    await utimes(`${file}.old.part`, 1, 1);
    const entries = createLocalArtifacts({ folder: path.join(folder, 'inputs'), maxBytes: 100 });
    await entries.sweep();
    expect((await readdir(path.dirname(file))).filter((name) => name.includes('.old.'))).toEqual([]);
    expect((await readdir(path.dirname(file))).length).toBe(3);
    expect([await text('/a'), results]).toEqual(['one', ['miss', 'hit']]);
  });
});
