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
import type { ToolContext } from '../../../src/engine/process/run-tool.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
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
import { createRenderBench, TEST_CLOCKS, type RenderBench } from '../../support/render-bench.js';

const run = promisify(execFile);
const RATE = { num: 30, den: 1 };
/** Those versions that are here: a file is to be read by all of them. */
const PLAYERS = ['ffmpeg', findNewerFfmpeg()?.ffmpeg].filter((tool) => tool !== undefined);

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench(process.env.STREAM_COPY_NEWER ? { tools: findNewerFfmpeg()! } : {});
  const { media } = bench;
  await media.make('a.mp4', [...movingSource('30', 9), ...h264()]);
  await media.make('b.mp4', [...movingSource('30', 9), '-vf', 'hue=h=90', ...h264()]);
  await media.make('other.mp4', [...movingSource('30', 5), ...h264('-preset', 'slow', '-bf', '1')]);
  await media.make('long.mp4', [...movingSource('30', 15), ...h264('-g', '1000')]);
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
      clipOf('a.mp4', 330, 250, { trimStartUs: 333_333, transition: { kind: 'fade', frames: 20 } }),
      clipOf('b.mp4', 580, 120, { speed: 2 }),
      clipOf('b.mp4', 700, 120, {
        effects: [
          {
            kind: 'ZOOM',
            scale: [
              { at: 0, value: 1 },
              { at: 119, value: 1.2 },
            ],
          },
        ],
      }),
      clipOf('a.mp4', 820, 80, { trimStartUs: 3_000_000 }),
    ],
  },
  { kind: 'clips', clips: [clipOf('still.png', 420, 30, { source: 'image', fit: 'CONTAIN' })] },
  cues([
    [3, 3.5],
    [18, 19],
  ]),
];

function render(layers: readonly Layer[], frames: number, outputs: readonly OutputSpec[], more: object = {}) {
  return bench.render(formOfLayers(layers, frames, RATE), {}, {}, { outputs, ...more });
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
    const whole = await render(BUSY, 900, [copyOutput({ streamCopy: false, quality: 'LOSSLESS' })]);
    const copied = await render(BUSY, 900, [copyOutput({ quality: 'LOSSLESS' })]);
    const [found, wanted] = [await hashes(copied.file), await hashes(whole.file)];
    // Transitions are mixed in full colour resolution, and so is all that one command encodes beside them: here up to the first frame that is copied after one.
    const [a, b] = [await sourceHashes('a.mp4'), await sourceHashes('b.mp4')];
    const source = [...a.slice(15, 215), ...b.slice(30, 160), ...a.slice(10, 260)];
    const differ = found.flatMap((hash, i) => (hash === wanted[i] || hash === source[i] ? [] : [i]));
    expect(differ.filter((frame) => frame < 350 || frame >= 365)).toEqual([]);
    expect(found).toHaveLength(900);
    expect(copied.output.copiedFrames).toBeGreaterThan(300);
    expect(copied.output.copiedFrames).toBeLessThan(600);
  });

  // Around the ends of the copied parts, and within them. `npm run test:products`: all of them at each quality.
  const PLACES = [0, 29, 31, 90, 120, 179, 195, 199, 200, 210, 239, 245, 330, 399];
  const FEW = process.env.CUTROOM_TEST_PRODUCTS === undefined ? [31, 199, 200, 245, 399] : PLACES;

  it.each([
    ['DRAFT', FEW],
    ['MEDIUM', PLACES],
    ['HIGH', FEW],
  ] as const)('has the very frames of its source at quality %s, wherever a player begins', async (quality, places) => {
    const layers = plain(['a.mp4', 0, 200, { trimStartUs: 500_000 }], ['b.mp4', 200, 200, { trimStartUs: 1_000_000 }]);
    const { output, file } = await render(layers, 400, [copyOutput({ quality })]);
    const [a, b] = [await sourceHashes('a.mp4'), await sourceHashes('b.mp4')];
    const wanted = [...a.slice(15, 215), ...b.slice(30, 230)];
    const found = await hashes(file);
    expect(found).toHaveLength(400);
    const equal = found.filter((hash, i) => hash === wanted[i]).length;
    expect(output.copiedFrames).toBeGreaterThan(250);
    expect(equal).toBeGreaterThanOrEqual(output.copiedFrames ?? 0);
    for (const player of PLAYERS)
      for (const frame of places) {
        const seek = ['-ss', (frame / 30).toFixed(6)];
        const [first] = await decodedFrames(player, file, seek);
        expect(`${frame} ${first?.hash}`).toBe(`${frame} ${found[frame]}`);
      }
  });

  it('copies a whole clip, with a poster of its first frame', async () => {
    const { output, file, locate } = await render(plain(['a.mp4', 0, 270]), 270, [copyOutput({ quality: 'HIGH' })]);
    expect(output).toMatchObject({ copiedFrames: 270, frameCount: 270, reusedFrames: 0 });
    expect(await hashes(file)).toEqual(await sourceHashes('a.mp4'));
    const encoded = await render(plain(['a.mp4', 0, 270]), 270, [copyOutput({ streamCopy: false, quality: 'HIGH' })]);
    const poster = output.parts?.find(({ role }) => role === 'POSTER')?.name;
    expect(await hashes(await locate(output, poster))).toEqual(
      await hashes(await encoded.locate(encoded.output, poster)),
    );
  });

  it('names the parameter sets of all parts in its index, and no remark of its source', async () => {
    const { file } = await render(plain(['a.mp4', 0, 200, { trimStartUs: 500_000 }]), 200, [copyOutput()]);
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
    const layers = plain(['a.mp4', 0, 200, { trimStartUs: 500_000 }]);
    const outputs = [
      copyOutput({ key: 'copy.mp4', quality: 'LOSSLESS' }),
      copyOutput({ key: 'small.mp4', shortSide: 64 }),
      copyOutput({ key: 'plain.mp4', streamCopy: false, quality: 'LOSSLESS' }),
      copyOutput({ key: 'capped.mp4', maxSize: { bytes: 1e9, field: 'f' } }),
      copyOutput({ key: 'sound.m4a', format: { kind: 'audio', format: 'M4A' }, streamCopy: false }),
      copyOutput({
        key: 'range.mp4',
        range: { startUs: 2_000_000, endUs: 6_000_000, field: 'f' },
        quality: 'LOSSLESS',
      }),
      copyOutput({ key: 'cut.mp4', crop: { shape: { width: 1, height: 1 }, focus: { x: 0.5, y: 0.5 } } }),
    ];
    const { outputs: made, locate } = await render(layers, 200, outputs);
    const files = await Promise.all(made.map((output) => locate(output)));
    const copied = made.map(({ copiedFrames }) => (copiedFrames ?? 0) > 0);
    expect(copied).toEqual([true, false, false, false, false, true, false]);
    const all = await hashes(files[2]!);
    expect(await hashes(files[0]!)).toEqual(all);
    expect(await hashes(files[1]!)).toHaveLength(200);
    expect(await hashes(files[5]!)).toEqual(all.slice(60, 180));
  });

  it('copies from videos with the same parameter sets alone: those of which it copies the most', async () => {
    const layers = plain(['other.mp4', 0, 120], ['a.mp4', 120, 180]);
    const whole = await render(layers, 300, [copyOutput({ streamCopy: false, quality: 'LOSSLESS' })]);
    const copied = await render(layers, 300, [copyOutput({ quality: 'LOSSLESS' })]);
    expect(copied.output.copiedFrames).toBeGreaterThan(170);
    expect(copied.output.copiedFrames).toBeLessThanOrEqual(180);
    expect(await hashes(copied.file)).toEqual(await hashes(whole.file));
  });

  it('has a place to begin at least every 10 s', async () => {
    const { output, file } = await render(plain(['long.mp4', 0, 450]), 450, [copyOutput()]);
    expect(output.copiedFrames).toBeGreaterThan(290);
    expect(output.copiedFrames).toBeLessThanOrEqual(300);
    expect(await hashes(file)).toHaveLength(450);
  });

  it('does not copy frames with more bits than its quality allows', async () => {
    await bench.media.make('rich.mp4', [...movingSource('30', 5), ...h264('-crf', '2')]);
    const at = async (quality: 'LOW' | 'LOSSLESS') =>
      (await render(plain(['rich.mp4', 0, 150]), 150, [copyOutput({ quality })])).output.copiedFrames;
    expect(await at('LOW')).toBe(0);
    expect(await at('LOSSLESS')).toBeGreaterThan(100);
  });

  it('reuses encoded sections alone, and none that was made beside no copied ones', async () => {
    const folder = await mkdtemp(path.join(bench.media.folder, 'cache-'));
    const artifacts = createLocalArtifacts({ folder, maxBytes: 100 * 1024 ** 2 });
    const layers = plain(['a.mp4', 0, 200, { trimStartUs: 500_000 }]);
    const without = await render(layers, 200, [copyOutput({ streamCopy: false })], { artifacts });
    const first = await render(layers, 200, [copyOutput()], { artifacts });
    const second = await render(layers, 200, [copyOutput()], { artifacts });
    const again = await render(layers, 200, [copyOutput({ streamCopy: false })], { artifacts });
    expect(first.output.reusedFrames).toBe(0);
    expect(second.output).toMatchObject({ sha256: first.output.sha256, copiedFrames: first.output.copiedFrames });
    expect(second.output.reusedFrames).toBe(200 - (first.output.copiedFrames ?? 0));
    expect(again.output).toMatchObject({ sha256: without.output.sha256, reusedFrames: 200, copiedFrames: 0 });
  });
});

describe('copyRun', () => {
  it('says so when the copy is not what was to be copied', async () => {
    const context: ToolContext = {
      toolchain: bench.toolchain,
      cwd: bench.media.folder,
      descriptorsIn: () => [],
      env: {},
      clocks: TEST_CLOCKS,
      deadlineMs: performance.now() + 60_000,
      signal: new AbortController().signal,
      record: () => undefined,
    };
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
