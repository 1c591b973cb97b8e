import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { createInspector } from '../../../src/engine/inspector.js';
import { runSupervised } from '../../../src/engine/process/supervisor.js';
import { createAssetSource } from '../../../src/media/asset-source.js';
import type { AssetSource } from '../../../src/task/ports/asset-source.js';
import { eventually } from '../../support/eventually.js';
import { startHttpOrigin, type HttpOrigin } from '../../support/http-origin.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, TEST_CLOCKS, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;
let origin: HttpOrigin;
let assets: AssetSource;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('red.mp4', { size: '144x256', colors: ['FF0000'], secondsEach: 1 });
  await bench.media.image('blue.png', { size: '144x256', colors: ['0000ff', '0000ff', '0000ff', '0000ff'] });
  await bench.media.file('text.mp4', 'no video\n'.repeat(50));
});
beforeEach(async () => {
  origin = await startHttpOrigin();
  for (const name of ['red.mp4', 'blue.png', 'text.mp4']) {
    const file = path.join(bench.media.folder, name);
    const { size } = await stat(file);
    origin.on(`/${name}`, (_, response) => {
      createReadStream(file).pipe(response.writeHead(200, { 'content-length': size }));
    });
  }
  const rules = {
    mode: 'public' as const,
    allow: [{ kind: 'range' as const, cidr: '127.0.0.1/32', port: origin.port }],
  };
  assets = createAssetSource({
    uploads: null,
    except: null,
    inputRoots: [bench.media.folder],
    httpInputs: { rules: () => rules, maxBytes: 1024 * 1024, limits: { backoffMs: [] } },
  });
});
afterEach(async () => {
  await origin.close();
  expect(await bench.leftovers()).toEqual([]);
});
afterAll(() => bench.close());

const fieldOf = (i: number) => `spec.montage.materials[${i}].uri`;
function montage(...names: readonly string[]): Montage {
  const materials = names.map((name, i) => ({
    uri: name.startsWith('file:') ? name.slice(5) : `${origin.url}/${name}`,
    field: fieldOf(i),
  }));
  return montageOf(0, { materials, longestClipUs: 500_000 });
}
const paths = () => origin.requests.map((request) => request.url).sort();

describe('a render of web addresses', () => {
  it('fetches each once, beside files, and shows them all', async () => {
    const { output } = await bench.render(
      montage('red.mp4?v=1', 'file:red.mp4', 'blue.png', 'red.mp4?v=1'),
      {},
      {},
      { assets },
    );
    expect(output.frameCount).toBe(60);
    expect(paths()).toEqual(['/blue.png', '/red.mp4?v=1']);
  });

  it.each([
    [
      'a playlist of other addresses',
      (o: HttpOrigin) => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${o.url}/red.mp4\n#EXT-X-ENDLIST\n`,
    ],
    ['a concat script of other addresses', (o: HttpOrigin) => `ffconcat version 1.0\nfile '${o.url}/red.mp4'\n`],
    [
      'a playlist of local files',
      () =>
        `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${path.join(bench.media.folder, 'red.mp4')}\n#EXT-X-ENDLIST\n`,
    ],
  ])('refuses %s, named .mp4, and requests no address in it', async (_, content) => {
    origin.on('/bad.mp4', (_request, response) =>
      response.writeHead(200, { 'content-type': 'video/mp4' }).end(content(origin)),
    );
    expect(await bench.failure(montage('blue.png', 'bad.mp4'), {}, {}, { assets })).toMatchObject({
      reason: 'INPUT_NOT_MEDIA',
      field: fieldOf(1),
    });
    expect(paths()).toEqual(['/bad.mp4', '/blue.png']);
  });

  it('ends with the reason of the one that cannot be fetched, and waits for no other', async () => {
    origin.on('/endless', (_, response) => {
      response.writeHead(200).write('x');
    });
    origin.on('/forbidden', (_, response) => {
      // Only once the other is under way.
      const isThere = () => origin.requests.some((request) => request.url === '/endless');
      void eventually('the other', isThere).then(() => response.writeHead(403).end());
    });
    const failure = await bench.failure(montage('endless', 'red.mp4', 'forbidden'), {}, {}, { assets });
    expect(failure).toEqual({
      reason: 'INPUT_FETCH_REFUSED',
      field: fieldOf(2),
      message: `this input could not be fetched from ${origin.host}: it answered 403`,
    });
    await eventually('no connection is left', async () => (await origin.connections()) === 0);
  });

  it('ends with FETCH_TIMEOUT when its time is up', async () => {
    origin.on('/endless', (_, response) => {
      response.writeHead(200).write('x');
    });
    expect(await bench.failure(montage('endless'), {}, {}, { assets, timeouts: { fetchMs: 300 } })).toMatchObject({
      reason: 'FETCH_TIMEOUT',
      field: fieldOf(0),
    });
    await eventually('no connection is left', async () => (await origin.connections()) === 0);
  });
});

describe('the inspection of web addresses', () => {
  const signal = new AbortController().signal;
  const inspector = () =>
    createInspector({
      toolchain: bench.toolchain,
      supervise: runSupervised,
      assets,
      scratchRoot: bench.scratchRoot,
      clocks: TEST_CLOCKS,
      renderMemoryBytes: TEST_CLOCKS.maxRssBytes,
      newName: () => 'one',
    });

  it('returns the streams of an input', async () => {
    expect(await inspector().probe(`${origin.url}/red.mp4`, { field: 'uri', signal })).toMatchObject({
      video: { codec: 'h264', width: 144 },
    });
  });

  it('reports all problems with the inputs of a montage', async () => {
    const violations = await inspector().check(montageForm(montage('text.mp4', 'red.mp4', 'gone.mp4')), {
      signal,
      specJson: '',
    });
    expect(violations.map(({ field, description }) => [field, description.split(':')[0]])).toEqual([
      [fieldOf(0), 'INPUT_NOT_MEDIA'],
      [fieldOf(2), 'INPUT_NOT_FOUND'],
    ]);
  });

  it('stops when the caller leaves', async () => {
    origin.on('/endless', (_, response) => {
      response.writeHead(200).write('x');
    });
    const abort = new AbortController();
    const probing = inspector()
      .probe(`${origin.url}/endless`, { field: 'uri', signal: abort.signal })
      .catch((error: unknown) => error);
    await eventually('the request', () => origin.requests.length === 1);
    const reason = new Error('gone');
    abort.abort(reason);
    expect(await probing).toBe(reason);
  });
});
