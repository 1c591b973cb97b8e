import { cp, mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionLayer, Composition } from '../../../src/composition/composition.js';
import type { Form } from '../../../src/composition/form.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
import type { ArtifactStore } from '../../../src/task/ports/artifact-store.js';
import type { CacheMode } from '../../../src/task/task-options.js';
import { createRenderBench, type BenchResult, type RenderBench } from '../../support/render-bench.js';
import { readVideo } from '../../support/media-content.js';

const MB = 1024 ** 2;
const FRAMES = 900;
const SIZE = { width: 96, height: 64 };
let bench: RenderBench;
let folder: string;
/** Of `TEXTS`, which has filled the cache `first`. */
let first: BenchResult;

beforeAll(async () => {
  bench = await createRenderBench();
  folder = await mkdtemp(path.join(bench.media.folder, 'cache-'));
  const colors = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'];
  await bench.media.video('long.mp4', { size: '96x64', colors, secondsEach: 8, matrix: 'bt709' });
  first = await render(formOf(TEXTS), cacheOf('first').artifacts);
});
afterAll(() => bench.close());

const captions = (texts: readonly string[]): CaptionLayer => ({
  kind: 'captions',
  field: 'f',
  cues: texts.map((text, i) => ({ startUs: i * 10_000_000, endUs: i * 10_000_000 + 2_000_000, text })),
  style: {
    font: null,
    fontSize: 16,
    textColor: { r: 255, g: 255, b: 255, a: 255 },
    outlineColor: { r: 0, g: 0, b: 0, a: 255 },
    outlineWidth: 1,
    boxColor: null,
    boxShape: 'TEXT',
    bold: false,
    position: 'BOTTOM',
  },
});

/** Thirty seconds of one clip, with captions at 0, 10 and 20 s. */
function formOf(texts: readonly string[], uri = 'long.mp4'): Form {
  const asset = { uri, field: 'f' };
  const composition: Composition = {
    ...SIZE,
    frameRate: { num: 30, den: 1 },
    frames: FRAMES,
    samples: FRAMES * 1600,
    background: { r: 0, g: 0, b: 0, a: 255 },
    layers: [
      {
        kind: 'clips',
        clips: [
          {
            asset,
            source: 'video',
            startFrame: 0,
            frames: FRAMES,
            fit: 'COVER',
            transition: null,
            trimStartUs: 0,
            speed: 1,
            effects: [],
            opacity: 1,
          },
        ],
      },
      captions(texts),
    ],
    audio: [],
  };
  return {
    inputs: [{ role: 'visual', asset, untilUs: 31_000_000, box: SIZE }],
    compose: () => ({ compositions: [composition], warnings: [] }),
  };
}

const TEXTS = ['one', 'two', 'three'];

function cacheOf(name: string) {
  const at = path.join(folder, name);
  const artifacts = createLocalArtifacts({ folder: at, maxBytes: 100 * MB });
  const files = async () =>
    (await readdir(at, { recursive: true, withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.json'))
      .map((entry) => path.join(entry.parentPath, entry.name));
  return { artifacts, files };
}

/** A cache with what the first render has put there. */
async function cacheAfterFirst(name: string) {
  await cp(path.join(folder, 'first'), path.join(folder, name), { recursive: true, preserveTimestamps: true });
  return cacheOf(name);
}

function render(form: Form, artifacts: ArtifactStore, cache: CacheMode = 'USE'): Promise<BenchResult> {
  return bench.render(form, {}, {}, { artifacts, cache });
}

describe('a video that was rendered before', () => {
  it('is reused whole, with the same bytes', async () => {
    const { artifacts } = await cacheAfterFirst('same');
    const second = await render(formOf(TEXTS), artifacts);
    expect(first.output).toMatchObject({ reusedFrames: 0, frameCount: FRAMES });
    expect(second.output).toMatchObject({ reusedFrames: FRAMES, sha256: first.output.sha256 });
    expect(second.progress.at(-1)).toMatchObject({ framesDone: FRAMES, outTimeUs: second.output.durationUs });
  });

  it('is rendered again only where one of its captions has changed', async () => {
    const { artifacts } = await cacheAfterFirst('caption');
    const second = await render(formOf(['one', 'other', 'three']), artifacts);
    expect(second.output.reusedFrames).toBeGreaterThan(FRAMES / 2);
    expect(second.output.reusedFrames).toBeLessThan(FRAMES);
    const [before, after] = await Promise.all([readVideo(first.file), readVideo(second.file)]);
    const differ = after.frames.flatMap((frame, i) => (frame.equals(before.frames[i]!) ? [] : [i]));
    expect(differ[0]).toBeGreaterThanOrEqual(240);
    expect(differ).toContain(330);
    const fresh = await render(formOf(['one', 'other', 'three']), artifacts, 'NO_STORE');
    expect(second.output.sha256).toBe(fresh.output.sha256);
  });

  it('is not reused when its input has changed, or by another tenant’s key', async () => {
    const { artifacts } = cacheOf('changed');
    await bench.media.video('changing.mp4', { size: '96x64', colors: ['C81E1E'], secondsEach: 31, matrix: 'bt709' });
    await render(formOf(TEXTS, 'changing.mp4'), artifacts);
    await bench.media.video('changing.mp4', { size: '96x64', colors: ['1E3CC8'], secondsEach: 31, matrix: 'bt709' });
    const second = await render(formOf(TEXTS, 'changing.mp4'), artifacts);
    expect(second.output.reusedFrames).toBe(0);
  });

  it('is rendered again with RELOAD, and neither reused nor kept with NO_STORE', async () => {
    const { artifacts, files } = cacheOf('modes');
    expect((await render(formOf(TEXTS), artifacts, 'NO_STORE')).output.reusedFrames).toBe(0);
    expect(await files()).toEqual([]);
    await render(formOf(TEXTS), artifacts, 'RELOAD');
    expect((await files()).length).toBeGreaterThan(2);
    expect((await render(formOf(TEXTS), artifacts, 'RELOAD')).output.reusedFrames).toBe(0);
    expect((await render(formOf(TEXTS), artifacts)).output.reusedFrames).toBe(FRAMES);
  });

  it('is rendered again where what was kept is damaged', async () => {
    const { artifacts, files } = await cacheAfterFirst('damaged');
    const kept = await files();
    await truncate(kept[0]!, 100);
    const second = await render(formOf(TEXTS), artifacts);
    expect(second.output.sha256).toBe(first.output.sha256);
    expect((await render(formOf(TEXTS), artifacts)).output.reusedFrames).toBe(FRAMES);
    expect(await files()).toHaveLength(kept.length);
  });

  it('goes on from the sections that were done when the attempt was stopped', async () => {
    const { artifacts, files } = cacheOf('stopped');
    const stop = new AbortController();
    const stopped = bench.render(
      formOf(TEXTS),
      {
        signal: stop.signal,
        onProgress: ({ framesDone }) => {
          if (framesDone > (FRAMES * 2) / 3) stop.abort(new Error('stopped'));
        },
      },
      {},
      { artifacts },
    );
    await expect(stopped).rejects.toThrow('stopped');
    expect(await files()).not.toEqual([]);
    expect((await render(formOf(TEXTS), artifacts)).output.reusedFrames).toBeGreaterThan(0);
  });
});

describe('createLocalArtifacts', () => {
  it('removes those that were not used for longest when they take too much room', async () => {
    const at = path.join(folder, 'room');
    const source = path.join(folder, 'source.bin');
    const store = createLocalArtifacts({ folder: at, maxBytes: 3.5 * MB });
    const put = async (hash: string) => {
      await rm(source, { force: true });
      await writeFile(source, Buffer.alloc(MB, hash));
      await store.put({ tenant: 't', hash }, source, '{}');
    };
    const has = async (hash: string) => {
      const to = path.join(folder, `out-${hash}`);
      const found = await store.get({ tenant: 't', hash }, to);
      await rm(to, { force: true });
      return found !== null;
    };
    for (const hash of ['a', 'b']) await put(hash);
    await utimes(path.join(at, 't', 'a'), 1, 1);
    await utimes(path.join(at, 't', 'b'), 2, 2);
    // It is the newest again.
    expect(await has('a')).toBe(true);
    await put('c');
    await put('d');
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(has))).toEqual([true, false, true, true]);
  });

  it('makes room again once what was in its way is gone', async () => {
    const at = path.join(folder, 'obstacle');
    const source = path.join(folder, 'large.bin');
    await writeFile(source, Buffer.alloc(2 * MB));
    // Where its card would be: it cannot be removed as a file.
    const obstacle = path.join(at, 't', 'old.json');
    await mkdir(path.join(obstacle, 'full'), { recursive: true });
    await writeFile(path.join(at, 't', 'old'), Buffer.alloc(2 * MB));
    await utimes(path.join(at, 't', 'old'), 1, 1);
    const store = createLocalArtifacts({ folder: at, maxBytes: 3 * MB });
    await expect(store.put({ tenant: 't', hash: 'a' }, source, '{}')).rejects.toThrow();
    await rm(obstacle, { recursive: true });
    await store.put({ tenant: 't', hash: 'b' }, source, '{}');
    expect((await readdir(path.join(at, 't'))).filter((name) => !name.endsWith('.json'))).toHaveLength(1);
  });

  it('does not hand an artifact of one tenant to another', async () => {
    const source = path.join(folder, 'secret.bin');
    await writeFile(source, 'secret');
    const store = createLocalArtifacts({ folder: path.join(folder, 'tenants'), maxBytes: MB });
    await store.put({ tenant: 'one', hash: 'x' }, source, 'note');
    expect(await store.get({ tenant: 'two', hash: 'x' }, path.join(folder, 'stolen'))).toBeNull();
    expect(await store.get({ tenant: 'one', hash: 'x' }, path.join(folder, 'own'))).toBe('note');
  });
});
