import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import {
  DEFAULT_OUTPUTS,
  extensionOf,
  type OutputFormat,
  type OutputSpec,
  type Thumbnails,
} from '../../../src/composition/output-spec.js';
import { planPasses, type PlannedOutput } from '../../../src/engine/outputs/plan-passes.js';
import { thumbnailFiles, verifyThumbnails } from '../../../src/engine/outputs/thumbnails.js';
import { colorDistance } from '../../support/media-content.js';
import { factsFor, montageOf } from '../../support/montage.js';
import { createRenderBench, toolsIn, type RenderBench } from '../../support/render-bench.js';
import { decode, ffprobe } from '../../fixtures/run-ffmpeg.js';

const COLORS = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'] as const;
const SIZE = { width: 144, height: 256 };

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('colors.mp4', {
    size: '144x256',
    colors: COLORS,
    secondsEach: 4,
    rate: '10',
    matrix: 'bt709',
  });
  await bench.media.video('short.mp4', { size: '144x256', colors: COLORS, secondsEach: 0.1, matrix: 'bt709' });
});
afterAll(() => bench.close());

const stills = (changes: Partial<Thumbnails>): Thumbnails => ({
  at: 4,
  format: 'JPEG',
  width: null,
  formatField: 'f',
  ...changes,
});
const at = (...seconds: number[]) => seconds.map((second, i) => ({ us: second * 1e6, field: `times[${i}]` }));
const file = (
  thumbnails: Thumbnails,
  format: OutputFormat = { kind: 'mp4', videoCodec: 'H264' },
  changes: Partial<OutputSpec> = {},
): OutputSpec => {
  const key = `v${extensionOf(format)}`;
  return { ...DEFAULT_OUTPUTS[0]!, isNumbered: false, codecField: 'f', format, key, thumbnails, ...changes };
};
const montage = (changes: Partial<Montage> = {}) =>
  montageOf(1, {
    ...{ materials: [{ uri: 'colors.mp4', field: 'f' }], longestClipUs: 60_000_000, frameRate: { num: 10, den: 1 } },
    ...changes,
  });

async function colorOf(name: string): Promise<readonly [number, number, number]> {
  const rgb = await decode(['-i', name, '-vf', 'format=rgb24,scale=1:1:flags=area', '-f', 'rawvideo', '-']);
  return [rgb[0]!, rgb[1]!, rgb[2]!];
}

describe('the stills of an output', () => {
  it.each<readonly [string, OutputFormat, Partial<Thumbnails>, string, string]>([
    ['JPEG of H.264', { kind: 'mp4', videoCodec: 'H264' }, {}, 'jpg', 'image/jpeg'],
    ['PNG of HEVC', { kind: 'mp4', videoCodec: 'HEVC' }, { format: 'PNG' }, 'png', 'image/png'],
    ['WebP of VP9', { kind: 'webm' }, { format: 'WEBP' }, 'webp', 'image/webp'],
    ['JPEG of ProRes', { kind: 'mov' }, {}, 'jpg', 'image/jpeg'],
    [
      'small PNG of a stream',
      { kind: 'hls', shortSides: [144, 72], segmentUs: 2_000_000 },
      { format: 'PNG', width: 72 },
      'png',
      'image/png',
    ],
  ])('are evenly spaced: %s', async (_, format, changes, extension, contentType) => {
    const { output, locate } = await bench.render(montage(), {}, {}, { outputs: [file(stills(changes), format)] });
    const parts = output.parts!.filter(({ name }) => name.includes('thumbnail'));
    const size = changes.width === 72 ? { width: 72, height: 128 } : SIZE;
    expect(parts.map(({ name }) => name)).toEqual(
      [1, 2, 3, 4].map((i) => `${output.key}.thumbnail-0${i}.${extension}`),
    );
    for (const [i, part] of parts.entries()) {
      const name = await locate(output, part.name);
      expect(part).toMatchObject({ contentType, size, sizeBytes: (await stat(name)).size });
      expect(await ffprobe(['-show_entries', 'stream=width,height', name])).toMatchObject({ streams: [size] });
      expect(colorDistance(await colorOf(name), COLORS[i]!), part.name).toBeLessThan(12);
    }
  });

  it('are the very frames at the times that are asked for', async () => {
    const times = at(0, 3.966, 4, 7.99, 8.01, 15.99);
    const { output, locate } = await bench.render(
      montage(),
      {},
      {},
      { outputs: [file(stills({ at: times, format: 'PNG' }))] },
    );
    const parts = output.parts!.filter(({ name }) => name.includes('thumbnail'));
    const seen = await Promise.all(parts.map(async ({ name }) => colorOf(await locate(output, name))));
    for (const [i, color] of [0, 0, 1, 1, 2, 3].entries())
      expect(colorDistance(seen[i]!, COLORS[color]!), `${i}`).toBeLessThan(12);
  });

  it('count from the start of the range', async () => {
    const range = { startUs: 6_000_000, endUs: 10_000_000, field: 'f' };
    const outputs = [file(stills({ at: at(1, 3) }), undefined, { range })];
    const { output, locate } = await bench.render(montage(), {}, {}, { outputs });
    for (const [i, color] of [1, 2].entries())
      expect(
        colorDistance(await colorOf(await locate(output, `v.mp4.thumbnail-0${i + 1}.jpg`)), COLORS[color]!),
      ).toBeLessThan(12);
  });

  it('may be more than there are frames', async () => {
    const { output } = await bench.render(
      montage({ materials: [{ uri: 'short.mp4', field: 'f' }], frameRate: { num: 30, den: 1 } }),
      {},
      {},
      { outputs: [file(stills({ at: 15 }))] },
    );
    expect([output.frameCount, output.parts!.length]).toEqual([12, 16]);
  });

  it('fail with the field of a time at which there is no frame, before anything is rendered', async () => {
    const failure = await bench.failure(montage(), {}, {}, { outputs: [file(stills({ at: at(1, 16) }))] });
    expect(failure).toMatchObject({ reason: 'RANGE_OUTSIDE_VIDEO', field: 'times[1]' });
  });
});

describe('the check of stills', () => {
  /** A still that was made, where the check looks for it. */
  async function planned(
    format: Thumbnails['format'],
  ): Promise<{ output: PlannedOutput; name: string; folder: string }> {
    const spec = file(stills({ at: 1, format }));
    const short = montage({ longestClipUs: 1_000_000 });
    const made = await bench.render(short, {}, {}, { outputs: [spec] });
    const form = montageForm(short);
    const facts = factsFor(form.montage, [{ kind: 'video', durationUs: 16_000_000 } as never]);
    const [output] = planPasses(form.compose(facts).compositions, [spec], () => true).outputs;
    const folder = bench.media.folder;
    const [still] = thumbnailFiles(output!);
    const name = `${folder}/${still!.file}`;
    await writeFile(name, await readFile(await made.locate(made.output, still!.part.name)));
    return { output: output!, name, folder };
  }

  it.each(['JPEG', 'PNG', 'WEBP'] as const)('finds a %s that was cut', async (format) => {
    const { output, name, folder } = await planned(format);
    await verifyThumbnails(output, toolsIn(bench, folder));
    const { size } = await stat(name);
    await truncate(name, Math.floor(size * 0.7));
    await expect(verifyThumbnails(output, toolsIn(bench, folder))).rejects.toThrow('is not whole');
    await truncate(name, 0);
    await expect(verifyThumbnails(output, toolsIn(bench, folder))).rejects.toThrow('is not whole');
  });
});
