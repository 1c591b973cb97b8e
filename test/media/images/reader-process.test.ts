import { access, readdir } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noiseImage, quartersImage } from '../../fixtures/quarters-image.js';
import { createImageBench, type ImageBench } from '../../support/image-bench.js';
import { eventually } from '../../support/eventually.js';
import { namesBelow } from '../../support/names-below.js';

let bench: ImageBench;
beforeAll(async () => {
  bench = await createImageBench();
});
afterAll(() => bench.close());

const readers = () => bench.runs.filter(({ program }) => program === 'image-reader');

describe('the image reader', () => {
  it('reads several images in one process and a dozen in two, and the others when one fails', async () => {
    const png = await quartersImage().png().toBuffer();
    const names = await Promise.all(
      Array.from({ length: 5 }, (_, i) => bench.write(`${i}.png`, i === 2 ? png.subarray(0, 100) : png)),
    );
    const before = readers().length;
    const results = await bench.read(names);
    expect(results.map(({ kind }) => kind)).toEqual(['image', 'image', 'refused', 'image', 'image']);
    expect(readers().length - before).toBe(1);
    const dozen = await bench.read([...names, ...names, ...names].slice(0, 12));
    expect(dozen.map(({ kind }) => kind)).toEqual(
      Array.from({ length: 12 }, (_, i) => (i % 5 === 2 ? 'refused' : 'image')),
    );
    expect(readers().length - before).toBe(3);
  });

  it('refuses the one image that needs more memory than allowed, at any place in the list', async () => {
    const small = await quartersImage().png().toBuffer();
    await bench.write('small.png', small);
    await noiseImage(64, 64)
      .resize(9000, 9000)
      .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
      .toFile(bench.path('large.jpg'));
    const clocks = { maxRssBytes: 300 * 1024 ** 2 };
    for (const names of [
      ['small.png', 'large.jpg', 'small.png'],
      ['large.jpg', 'small.png'],
    ]) {
      const results = await bench.read(names, { clocks });
      for (const [i, name] of names.entries()) {
        if (name === 'small.png') expect(results[i]).toMatchObject({ kind: 'image' });
        else expect(results[i]).toMatchObject({ kind: 'refused', reason: 'INPUT_TOO_LARGE', field: `materials[${i}]` });
      }
    }
    expect(readers().some(({ watchdog }) => watchdog === 'OUT_OF_MEMORY')).toBe(true);
  });

  it('refuses the one image that takes longer than allowed', async () => {
    await bench.write('small.png', await quartersImage().png().toBuffer());
    await noiseImage(64, 64).resize(9900, 9900).png({ compressionLevel: 1 }).toFile(bench.path('slow.png'));
    const results = await bench.read(['slow.png', 'small.png'], { clocks: { noProgressMs: 200 } });
    expect(results[0]).toMatchObject({ kind: 'refused', reason: 'INPUT_TOO_LARGE', field: 'materials[0]' });
  });
});

describe('the reader process', () => {
  it('is recorded without paths of the server', async () => {
    await bench.write('a.png', await quartersImage().png().toBuffer());
    await bench.read(['a.png']);
    const run = readers().at(-1)!;
    expect(run).toMatchObject({ program: 'image-reader', exitCode: 0, signal: '', watchdog: '' });
    expect(run.peakMemoryBytes).toBeGreaterThan(0);
    expect(JSON.stringify(run)).not.toContain(bench.folder);
  });

  it('ends when its work is aborted', async () => {
    await noiseImage(64, 64).resize(9900, 9900).png({ compressionLevel: 1 }).toFile(bench.path('slow.png'));
    const before = (await namesBelow(bench.folder)).filter((name) => name.endsWith('jobs-0.json')).length;
    const controller = new AbortController();
    const reading = bench.read(['slow.png'], { signal: controller.signal });
    const outcome = reading.then(
      () => 'read',
      (error: unknown) => error,
    );
    await eventually(
      'the reader was given its jobs',
      async () => (await namesBelow(bench.folder)).filter((name) => name.endsWith('jobs-0.json')).length > before,
      30_000,
    );
    controller.abort(new Error('called off'));
    expect(await outcome).toMatchObject({ message: 'called off' });
  });

  it('leaves only the images and its jobs', async () => {
    await bench.write('a.png', await quartersImage().png().toBuffer());
    const [result] = await bench.read(['a.png']);
    if (result?.kind !== 'image') throw new Error(JSON.stringify(result));
    await access(bench.path(result.file));
    const [folder] = result.file.split('/');
    expect((await readdir(bench.path(folder!))).sort()).toEqual(['0.png', 'jobs-0.json']);
    expect((await sharp(bench.path(result.file)).metadata()).format).toBe('png');
  });
});
