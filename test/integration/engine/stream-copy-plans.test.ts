import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionLayer, Layer } from '../../../src/composition/composition.js';
import type { OutputSpec } from '../../../src/composition/output-spec.js';
import { copyRun } from '../../../src/engine/copy/copy-run.js';
import { readCopyable } from '../../../src/engine/copy/read-copyable.js';
import { MP4_PART } from '../../../src/engine/outputs/codecs/containers.js';
import { probeVisual } from '../../../src/engine/probe/probe.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
import type { Output } from '../../../src/task/task.js';
import { findNewerFfmpeg } from '../../../scripts/lib/newer-ffmpeg.mjs';
import {
  clipOf,
  COPY_SIZE,
  copyOutput,
  decodedFrames,
  formOfLayers,
  h264,
  movingSource,
} from '../../support/copy-bench.js';
import { type BenchResult, createRenderBench, toolsIn, type RenderBench } from '../../support/render-bench.js';

const run = promisify(execFile);
const RATE = { num: 30, den: 1 };
/** Those versions that are here: a file is to be read by all of them. */
const PLAYERS = ['ffmpeg', findNewerFfmpeg()?.ffmpeg].filter((tool) => tool !== undefined);

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench(process.env.STREAM_COPY_NEWER ? { tools: findNewerFfmpeg()! } : {});
  const { media } = bench;
  await media.make('a.mp4', [...movingSource('30', 7.2), ...h264()]);
  await media.make('b.mp4', [...movingSource('30', 6), '-vf', 'hue=h=90', ...h264()]);
  await media.make('other.mp4', [...movingSource('30', 3), ...h264('-preset', 'slow', '-bf', '1')]);
  await media.make('long.mp4', [...movingSource('30', 12), ...h264('-g', '1000')]);
  await media.image('still.png', { size: '96x54', colors: ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'] });
});
afterAll(() => bench.close());

const cues = (times: readonly (readonly [number, number])[]): CaptionLayer => ({
  kind: 'captions',
  field: 'f',
  cues: times.map(([start, end], i) => ({ startUs: start * 1e6, endUs: end * 1e6, text: `cue ${i}` })),
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

/** Clips with a cut, a transition, a fade, captions and an image over them. */
const BUSY: readonly Layer[] = [
  {
    kind: 'clips',
    clips: [
      clipOf('a.mp4', 0, 200, { trimStartUs: 500_000, effects: [{ kind: 'FADE_IN', frames: 12 }] }),
      clipOf('b.mp4', 200, 150, { trimStartUs: 1_000_000 }),
      clipOf('a.mp4', 330, 200, { trimStartUs: 333_333, transition: { kind: 'fade', frames: 20 } }),
      clipOf('b.mp4', 530, 40, { speed: 2 }),
      clipOf('b.mp4', 570, 40, {
        effects: [
          {
            kind: 'ZOOM',
            scale: [
              { at: 0, value: 1 },
              { at: 39, value: 1.2 },
            ],
          },
        ],
      }),
      clipOf('a.mp4', 610, 80, { trimStartUs: 3_000_000 }),
    ],
  },
  { kind: 'clips', clips: [clipOf('still.png', 405, 20, { source: 'image', fit: 'CONTAIN' })] },
  cues([
    [3, 3.5],
    [17.1, 17.5],
  ]),
];

function render(layers: readonly Layer[], frames: number, outputs: readonly OutputSpec[], more: object = {}) {
  return bench.render(formOfLayers(layers, frames, RATE), {}, {}, { outputs, ...more });
}

/** One render without loss of two outputs: one that is encoded as a whole, and one that copies. */
async function bothWays(layers: readonly Layer[], frames: number) {
  const { outputs, locate } = await render(layers, frames, [
    copyOutput({ key: 'whole.mp4', streamCopy: false, quality: 'LOSSLESS' }),
    copyOutput({ key: 'copied.mp4', quality: 'LOSSLESS' }),
  ]);
  const [whole, copied] = await Promise.all(outputs.map(async (output) => hashes(await locate(output))));
  return { whole: whole!, copied: copied!, copiedFrames: outputs[1]!.copiedFrames };
}

const hashes = async (file: string, options: readonly string[] = []) =>
  (await decodedFrames(bench.toolchain.ffmpeg, file, options)).map(({ hash }) => hash);

const known = new Map<string, Promise<string[]>>();
/** Of a source, decoded once. */
function sourceHashes(name: string): Promise<string[]> {
  const found = known.get(name) ?? hashes(bench.media.path(name));
  known.set(name, found);
  return found;
}

const plain = (...clips: Parameters<typeof clipOf>[]): Layer[] => [
  { kind: 'clips', clips: clips.map((clip) => clipOf(...clip)) },
];

describe('a video of copied and encoded frames', () => {
  it('shows the frames of one that is encoded, also beside transitions, effects, captions and other layers', async () => {
    const { whole: wanted, copied: found, copiedFrames } = await bothWays(BUSY, 690);
    // Transitions are mixed in full colour resolution, and so is all that one command encodes beside them: here up to the first frame that is copied after one.
    const [a, b] = [await sourceHashes('a.mp4'), await sourceHashes('b.mp4')];
    const source = [...a.slice(15, 215), ...b.slice(30, 160), ...a.slice(10, 210)];
    const differ = found.flatMap((hash, i) => (hash === wanted[i] || hash === source[i] ? [] : [i]));
    expect(differ.filter((frame) => frame < 350 || frame >= 365)).toEqual([]);
    expect(found).toHaveLength(690);
    expect(copiedFrames).toBeGreaterThan(300);
    expect(copiedFrames).toBeLessThan(460);
  });

  describe('of each quality', () => {
    // Around the ends of the copied parts, and within them. `npm run test:products`: all of them at each quality.
    const PLACES = [0, 29, 31, 60, 75, 99, 104, 109, 110, 118, 124, 126, 190, 229];
    const FEW = process.env.CUTROOM_TEST_PRODUCTS === undefined ? [31, 109, 110, 126, 229] : PLACES;
    const QUALITIES = ['DRAFT', 'MEDIUM', 'HIGH'] as const;
    let rendered: BenchResult;

    beforeAll(async () => {
      const layers = plain(['a.mp4', 0, 110, { trimStartUs: 500_000 }], ['b.mp4', 110, 120, { trimStartUs: 1e6 }]);
      const outputs = QUALITIES.map((quality) => copyOutput({ key: `${quality}.mp4`, quality }));
      rendered = await render(layers, 230, outputs);
    });

    it.each([
      ['DRAFT', FEW],
      ['MEDIUM', PLACES],
      ['HIGH', FEW],
    ] as const)(
      'has the very frames of its source at quality %s, wherever a player begins',
      async (quality, places) => {
        const output = rendered.outputs[QUALITIES.indexOf(quality)]!;
        const file = await rendered.locate(output);
        const [a, b] = [await sourceHashes('a.mp4'), await sourceHashes('b.mp4')];
        const wanted = [...a.slice(15, 125), ...b.slice(30, 150)];
        const found = await hashes(file);
        expect(found).toHaveLength(230);
        const equal = found.filter((hash, i) => hash === wanted[i]).length;
        expect(output.copiedFrames).toBeGreaterThan(150);
        expect(equal).toBeGreaterThanOrEqual(output.copiedFrames ?? 0);
        for (const player of PLAYERS)
          for (const frame of places) {
            const seek = ['-ss', (frame / 30).toFixed(6), '-t', '0.05'];
            const [first] = await decodedFrames(player, file, seek);
            expect(`${frame} ${first?.hash}`).toBe(`${frame} ${found[frame]}`);
          }
      },
    );
  });

  it('copies a whole clip, with a poster of its first frame', async () => {
    const { outputs, locate } = await render(plain(['a.mp4', 0, 216]), 216, [
      copyOutput({ key: 'copied.mp4', quality: 'HIGH' }),
      copyOutput({ key: 'encoded.mp4', streamCopy: false, quality: 'HIGH' }),
    ]);
    const [copied, encoded] = outputs;
    expect(copied).toMatchObject({ copiedFrames: 216, frameCount: 216, reusedFrames: 0 });
    expect(encoded).toMatchObject({ copiedFrames: 0, frameCount: 216 });
    expect(await hashes(await locate(copied!))).toEqual(await sourceHashes('a.mp4'));
    const posterOf = async (output: Output) =>
      hashes(await locate(output, output.parts?.find(({ role }) => role === 'POSTER')?.name));
    expect(await posterOf(copied!)).toEqual(await posterOf(encoded!));
  });

  it('names the parameter sets of all parts in its index, and no remark of its source', async () => {
    const { file } = await render(plain(['a.mp4', 0, 120, { trimStartUs: 500_000 }]), 120, [copyOutput()]);
    const { stdout } = await run(
      'ffmpeg',
      ['-v', 'info', '-i', file, '-map', '0:v', '-c', 'copy', '-bsf:v', 'trace_headers', '-f', 'null', '-'],
      { maxBuffer: 64 * 1024 ** 2 },
    ).then(({ stderr }) => ({ stdout: stderr }));
    const [index = '', packets = ''] = stdout.split('Stream mapping');
    const [extradata, ...rest] = `${index}${packets}`.split(/\[trace_headers[^\]]*\] Packet/);
    expect(extradata?.match(/Sequence Parameter Set/g)).toHaveLength(2);
    expect(rest.join('')).not.toContain('Sequence Parameter Set');
    const remarks = rest.filter((packet) => packet.includes('Supplemental Enhancement Information'));
    // Those of our own encoder, at the beginning of encoded sections.
    expect(remarks.length).toBeLessThanOrEqual(2);
  });

  it('copies for one output what it renders for another of the same pass, and a part of the video', async () => {
    const layers = plain(['a.mp4', 0, 120, { trimStartUs: 500_000 }]);
    const outputs = [
      copyOutput({ key: 'copy.mp4', quality: 'LOSSLESS' }),
      copyOutput({ key: 'small.mp4', shortSide: 64 }),
      copyOutput({ key: 'plain.mp4', streamCopy: false, quality: 'LOSSLESS' }),
      copyOutput({ key: 'capped.mp4', maxSize: { bytes: 1e9, field: 'f' } }),
      copyOutput({ key: 'sound.m4a', format: { kind: 'audio', format: 'M4A' }, streamCopy: false }),
      copyOutput({
        key: 'range.mp4',
        range: { startUs: 1_500_000, endUs: 3_900_000, field: 'f' },
        quality: 'LOSSLESS',
      }),
      copyOutput({ key: 'cut.mp4', crop: { shape: { width: 1, height: 1 }, focus: { x: 0.5, y: 0.5 } } }),
    ];
    const { outputs: made, locate } = await render(layers, 120, outputs);
    const files = await Promise.all(made.map((output) => locate(output)));
    const copied = made.map(({ copiedFrames }) => (copiedFrames ?? 0) > 0);
    expect(copied).toEqual([true, false, false, false, false, true, false]);
    const all = await hashes(files[2]!);
    expect(await hashes(files[0]!)).toEqual(all);
    expect(await hashes(files[1]!)).toHaveLength(120);
    expect(await hashes(files[5]!)).toEqual(all.slice(45, 117));
  });

  it('copies from videos with the same parameter sets alone: those of which it copies the most', async () => {
    const { whole, copied, copiedFrames } = await bothWays(plain(['other.mp4', 0, 60], ['a.mp4', 60, 90]), 150);
    expect(copiedFrames).toBeGreaterThan(80);
    expect(copiedFrames).toBeLessThanOrEqual(90);
    expect(copied).toEqual(whole);
  });

  it('has a place to begin at least every 10 s', async () => {
    const { output, file } = await render(plain(['long.mp4', 0, 360]), 360, [copyOutput()]);
    expect(output.copiedFrames).toBeGreaterThan(290);
    expect(output.copiedFrames).toBeLessThanOrEqual(300);
    expect(await hashes(file)).toHaveLength(360);
  });

  it('does not copy frames with more bits than its quality allows', async () => {
    await bench.media.make('rich.mp4', [...movingSource('30', 3), ...h264('-crf', '2')]);
    const at = async (quality: 'LOW' | 'LOSSLESS') =>
      (await render(plain(['rich.mp4', 0, 60]), 60, [copyOutput({ quality })])).output.copiedFrames;
    expect(await at('LOW')).toBe(0);
    expect(await at('LOSSLESS')).toBeGreaterThan(40);
  });

  it('reuses encoded sections alone, and none that was made beside no copied ones', async () => {
    const folder = await mkdtemp(path.join(bench.media.folder, 'cache-'));
    const artifacts = createLocalArtifacts({ folder, maxBytes: 100 * 1024 ** 2 });
    const layers = plain(['a.mp4', 0, 120, { trimStartUs: 500_000 }]);
    const without = await render(layers, 120, [copyOutput({ streamCopy: false })], { artifacts });
    const first = await render(layers, 120, [copyOutput()], { artifacts });
    const second = await render(layers, 120, [copyOutput()], { artifacts });
    const again = await render(layers, 120, [copyOutput({ streamCopy: false })], { artifacts });
    expect(first.output.reusedFrames).toBe(0);
    expect(second.output).toMatchObject({ sha256: first.output.sha256, copiedFrames: first.output.copiedFrames });
    expect(second.output.reusedFrames).toBe(120 - (first.output.copiedFrames ?? 0));
    expect(again.output).toMatchObject({ sha256: without.output.sha256, reusedFrames: 120, copiedFrames: 0 });
  });
});

describe('copyRun', () => {
  it('says so when the copy is not what was to be copied', async () => {
    const context = toolsIn(bench, bench.media.folder);
    const details = await probeVisual(context, { file: 'a.mp4', field: '' }, 5_000_000);
    const video = await readCopyable(context, { file: 'a.mp4', details }, { field: '', untilUs: 5_000_000 });
    const at = { file: 'part.mp4', options: MP4_PART, frameRate: RATE, onProgress: () => undefined };
    const good = { video: video!, startFrame: 0, frames: 90, firstPacket: 45 };
    expect(await copyRun(context, good, at)).toBe(true);
    const moved = video!.packets.map((packet) => ({ ...packet, atUs: packet.atUs - 1_500_000 }));
    expect(await copyRun(context, { ...good, video: { ...video!, packets: moved } }, at)).toBe(false);
    expect(await copyRun(context, { ...good, frames: 500 }, at)).toBe(false);
    expect(video).toMatchObject({ ...COPY_SIZE, frameRate: RATE });
  });
});
