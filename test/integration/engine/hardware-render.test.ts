import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import type { Family } from '../../../src/engine/hardware/families.js';
import { runSupervised } from '../../../src/engine/process/supervisor.js';
import { findHardware, type Hardware } from '../../../src/engine/hardware/find-hardware.js';
import type { CommandRun } from '../../../src/task/diagnostics.js';
import { knownToolchain } from '../../support/known-toolchain.js';
import { createRenderBench, type BenchResult, type RenderBench } from '../../support/render-bench.js';
import { createStandInFfmpeg, type StandInFfmpeg } from '../../support/stand-in-ffmpeg.js';
import { montageOf } from '../../support/montage.js';
import { formOf, track } from '../../support/timeline.js';

const run = promisify(execFile);
const { signal } = new AbortController();
const [MP4] = DEFAULT_OUTPUTS as [OutputSpec];
const HEVC: OutputSpec = { ...MP4, key: 'hevc.mp4', format: { kind: 'mp4', videoCodec: 'HEVC' } };
const STREAM: OutputSpec = {
  ...{ ...MP4, key: 'stream.m3u8', isNumbered: false },
  format: { kind: 'hls', shortSides: [256, 144], segmentUs: 2_000_000 },
};

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  const moving = { size: '256x144', colors: ['000000'], source: 'testsrc2', rate: '10' } as const;
  await bench.media.video('moving.mp4', { ...moving, secondsEach: 26 });
});
afterAll(() => bench.close());

/** Each test has a device of its own: one that is lost stays so. */
let standIn: StandInFfmpeg;
beforeEach(async () => {
  standIn = await createStandInFfmpeg();
});
afterEach(() => standIn.remove());

async function tried(encoder: Family): Promise<Hardware> {
  const toolchain = await knownToolchain({ ffmpeg: standIn.ffmpeg, ffprobe: bench.toolchain.ffprobe });
  return findHardware({ encoder, device: null }, { toolchain, supervise: runSupervised, signal });
}

/** So long that it is rendered in sections. */
const MONTAGE: Montage = montageOf(1, {
  ...{ materials: [{ uri: 'moving.mp4', field: 'f' }], width: 256, height: 144 },
  ...{ frameRate: { num: 10, den: 1 }, longestClipUs: 60_000_000 },
});
const FRAMES = 260;

/** The profile of a file's pictures, which differs by encoder: the stand-in plays the least of them. */
async function profileOf({ file }: Pick<BenchResult, 'file'>): Promise<string> {
  const entries = ['-select_streams', 'v', '-show_entries', 'stream=profile', '-of', 'csv=p=0'];
  return (await run(bench.toolchain.ffprobe, ['-v', 'error', ...entries, file])).stdout.trim();
}

/** What a decoder complains about, and how many frames it has. */
async function decoded(file: string): Promise<{ readonly stderr: string; readonly frames: number }> {
  const args = ['-nostdin', '-v', 'error', '-i', file, '-map', '0:v:0', '-fps_mode', 'passthrough'];
  const { stdout, stderr } = await run(bench.toolchain.ffmpeg, [...args, '-f', 'framemd5', '-']);
  return { stderr, frames: stdout.split('\n').filter((line) => /^\d/.test(line)).length };
}

const encodersOf = (commands: readonly CommandRun[]) =>
  commands.flatMap(({ arguments: args }) => args.filter((argument) => /^(h264|hevc)_/.test(argument)));

describe('a render by hardware', () => {
  it('joins sections of one encoder, which are verified as any other', async () => {
    const hardware = await tried('nvenc');
    const commands: CommandRun[] = [];
    const onDiagnostics = ({ commands: all }: { readonly commands: readonly CommandRun[] }) => commands.push(...all);
    const result = await bench.render(MONTAGE, { onDiagnostics }, {}, { hardware });
    expect(result.warnings).toEqual([]);
    expect(encodersOf(commands)).toEqual(['h264_nvenc', 'h264_nvenc', 'h264_nvenc']);
    expect(await profileOf(result)).toBe('Main');
    expect(await decoded(result.file)).toEqual({ stderr: '', frames: FRAMES });
  });

  it('uploads frames to the device, and takes previews from there', async () => {
    const hardware = await tried('vaapi');
    const previews: Uint8Array[] = [];
    const form = formOf({
      ...track({ duration: '20s', text: { text: 'A title' } }),
      canvas: { width: 256, height: 144, frameRate: '10' },
    });
    const trials = (await standIn.asked()).length;
    const result = await bench.render(form, { onPreview: (jpeg) => previews.push(jpeg) }, {}, { hardware });
    expect(result.warnings).toEqual([]);
    expect(new Set((await standIn.asked()).slice(trials))).toEqual(new Set(['h264_vaapi']));
    expect(await decoded(result.file)).toEqual({ stderr: '', frames: 200 });
    expect(previews.length).toBeGreaterThan(0);
  });

  it('makes HEVC, and the renditions of a stream with a key frame at each segment', async () => {
    const hardware = await tried('qsv');
    const trials = (await standIn.asked()).length;
    const result = await bench.render(MONTAGE, {}, {}, { hardware, outputs: [HEVC, STREAM] });
    expect(result.warnings).toEqual([]);
    expect(new Set((await standIn.asked()).slice(trials))).toEqual(new Set(['hevc_qsv', 'h264_qsv']));
    const [hevc] = result.outputs;
    expect(await decoded(await result.locate(hevc!))).toEqual({ stderr: '', frames: FRAMES });
  });

  it('leaves outputs to software that no device makes as promised', async () => {
    const hardware = await tried('nvenc');
    const trials = (await standIn.asked()).length;
    const outputs: OutputSpec[] = [
      { ...MP4, key: 'lossless.mp4', quality: 'LOSSLESS' },
      { ...MP4, key: 'copied.mp4', streamCopy: true },
    ];
    await bench.render(MONTAGE, {}, {}, { hardware, outputs });
    expect((await standIn.asked()).slice(trials)).toEqual([]);
  });
});

describe('a device that is lost after its trial', () => {
  it.each([
    // ffmpeg takes it for a lack of memory.
    ['nvenc', 'OpenEncodeSessionEx failed: out of memory (10): (no details)\nCannot allocate memory'],
    ['vaapi', 'Failed to initialise VAAPI connection: 18 (invalid parameter).'],
  ] as const)('leaves all sections to software, with a warning (%s)', async (family, words) => {
    const hardware = await tried(family);
    const [plain] = (await bench.render(MONTAGE)).outputs;
    const lost: Promise<void>[] = [];
    // Some sections are there by then, and others fail.
    const onProgress = ({ framesDone }: { readonly framesDone: number }) => {
      if (framesDone > 0 && lost.length === 0) lost.push(standIn.lose(words));
    };
    const result = await bench.render(MONTAGE, { onProgress }, {}, { hardware });
    expect(lost).toHaveLength(1);
    const message = expect.stringMatching(
      /^the hardware encoder failed \(.+\); the videos were encoded by software$/,
    ) as string;
    expect(result.warnings).toEqual([{ code: 'HARDWARE_ENCODER_FAILED', message, field: '', count: 1 }]);
    // No section of the first try is in it.
    expect(await profileOf(result)).toBe('High');
    expect(result.output.sha256).toBe(plain?.sha256);
    expect(await bench.leftovers()).toEqual([]);
    const percents = result.progress.map(({ percent }) => percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    for (const { framesDone, framesTotal } of result.progress) expect(framesDone).toBeLessThanOrEqual(framesTotal);
    expect(result.progress.at(-1)?.framesTotal).toBe(FRAMES);
  });

  it('is no excuse for a fault of an input', async () => {
    const hardware = await tried('nvenc');
    const missing = { ...MONTAGE, materials: [{ uri: 'missing.mp4', field: 'f' }] };
    expect(await bench.failure(missing, {}, {}, { hardware })).toMatchObject({ reason: 'INPUT_NOT_FOUND' });
  });
});
