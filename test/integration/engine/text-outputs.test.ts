import { mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionStyle, Cue } from '../../../src/composition/captions.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import {
  DEFAULT_OUTPUTS,
  extensionOf,
  type CaptionMode,
  type OutputFormat,
  type OutputSpec,
} from '../../../src/composition/output-spec.js';
import { cuesIn } from '../../../src/composition/subtitles/cues-in.js';
import { profileOf } from '../../../src/engine/outputs/profiles.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
import type { CommandRun } from '../../../src/task/diagnostics.js';
import { createRenderBench, toolsIn, type RenderBench } from '../../support/render-bench.js';
import { montageOf } from '../../support/montage.js';
import { decode, ffprobe } from '../../fixtures/run-ffmpeg.js';

const STYLE: CaptionStyle = {
  ...{ font: null, fontSize: 20, outlineWidth: 0, boxColor: null, boxShape: 'TEXT', bold: true, position: 'CENTER' },
  textColor: { r: 255, g: 255, b: 255, a: 255 },
  outlineColor: { r: 0, g: 0, b: 0, a: 255 },
};
const CUES: readonly Cue[] = [
  { startUs: 500_000, endUs: 2_000_000, text: 'Hello\n\n你好 <b> & {x}\\N' },
  { startUs: 1_500_000, endUs: 3_000_000, text: 'together' },
  { startUs: 13_000_400, endUs: 15_000_000, text: 'end' },
];
const MODES = ['BURNED', 'SOFT', 'SIDECAR', 'NONE'] as const;

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('red.mp4', {
    size: '144x256',
    colors: ['C81E1E'],
    secondsEach: 16,
    rate: '10',
    matrix: 'bt709',
  });
});
afterAll(() => bench.close());

const montage = (longestClipUs: number, cues = CUES): Montage =>
  montageOf(1, {
    materials: [{ uri: 'red.mp4', field: 'f' }],
    frameRate: { num: 10, den: 1 },
    longestClipUs,
    subtitles: { field: 'f', source: { kind: 'cues', cues }, style: STYLE, language: 'pt-BR' },
  });

const file = (
  name: string,
  format: OutputFormat,
  captions: CaptionMode,
  changes: Partial<OutputSpec> = {},
): OutputSpec => {
  const common = { ...DEFAULT_OUTPUTS[0]!, isNumbered: false, codecField: 'f', ...changes };
  return { ...common, format, captions, key: `${name}${extensionOf(format)}` };
};
const H264: OutputFormat = { kind: 'mp4', videoCodec: 'H264' };
const HLS: OutputFormat = { kind: 'hls', shortSides: [144], segmentUs: 6_000_000 };

async function streamsOf(name: string) {
  const { streams } = (await ffprobe(['-show_entries', 'stream=codec_name,codec_type:stream_tags=language', name])) as {
    streams: { codec_name: string; codec_type: string; tags?: { language?: string } }[];
  };
  return streams;
}

/** How many pixels of the frame at a time are nearly white. */
async function whitePixels(name: string, second: number): Promise<number> {
  const rgb = await decode([
    '-ss',
    String(second),
    '-i',
    name,
    '-map',
    '0:v:0',
    '-frames:v',
    '1',
    '-vf',
    'format=gray',
    '-f',
    'rawvideo',
    '-',
  ]);
  return rgb.filter((value) => value > 180).length;
}

const textOf = async (name: string) =>
  (await decode(['-i', name, '-map', '0:s:0', '-f', 'webvtt', '-'])).toString('utf8');

describe('a file with a track of text', () => {
  it.each([{ kind: 'webm' }, H264] as const)(
    'keeps pictures and sound together when it is made smaller: %j',
    async (format) => {
      await bench.media.video('busy.mp4', {
        ...{ size: '144x256', colors: ['000000'], secondsEach: 2, source: 'testsrc2', sound: true },
      });
      const maxSize = { bytes: 80_000, field: 'f' };
      const { output, file: name } = await bench.render(
        {
          ...{ ...montage(2_000_000), frameRate: { num: 30, den: 1 }, materialSound: { gainDb: 0 } },
          materials: [{ uri: 'busy.mp4', field: 'f' }],
        },
        {},
        {},
        { outputs: [file('small', format, 'SOFT', { maxSize, quality: 'HIGH' })] },
      );
      expect(output.sizeBytes).toBeLessThanOrEqual(80_000);
      const { streams } = (await ffprobe(['-show_entries', 'stream=start_time', name])) as {
        streams: { start_time: string }[];
      };
      expect(streams).toHaveLength(3);
      const [video, audio] = streams.map(({ start_time: start }) => Number(start));
      expect(Math.abs(video! - audio!)).toBeLessThan(0.02);
    },
  );
});

describe.each([
  ['short', 4_000_000],
  ['long', 16_000_000],
] as const)('the captions of a %s video', (_, longestClipUs) => {
  it('are drawn, a track, beside it or not there, as each output says', async () => {
    const ran: CommandRun[] = [];
    const { outputs, locate } = await bench.render(
      montage(longestClipUs),
      { onDiagnostics: ({ commands }) => ran.push(...commands) },
      {},
      { outputs: MODES.map((mode) => file(mode.toLowerCase(), H264, mode)) },
    );
    const [burned, soft, sidecar, none] = await Promise.all(outputs.map((output) => locate(output)));
    expect(await whitePixels(burned!, 1)).toBeGreaterThan(50);
    for (const bare of [soft, sidecar, none]) expect(await whitePixels(bare!, 1)).toBe(0);
    expect((await streamsOf(soft!)).map(({ codec_name, tags }) => [codec_name, tags?.language ?? ''])).toEqual([
      ['h264', 'und'],
      ['aac', 'und'],
      ['mov_text', 'por'],
    ]);
    for (const other of [burned, sidecar, none]) expect(await streamsOf(other!)).toHaveLength(2);
    // The three without drawn text share one picture.
    const renders = ran.filter(({ arguments: args }) => args.includes('libx264'));
    expect(renders).toHaveLength(longestClipUs > 12e6 ? 4 : 2);
    expect(renders.filter(({ filterGraph }) => filterGraph.includes('ass='))).toHaveLength(renders.length / 2);
    const [plain] = outputs[3]!.parts!;
    expect([plain!.role, outputs[3]!.parts!.length]).toEqual(['POSTER', 1]);
    const text = await textOf(soft!);
    expect(text).toContain('00:00.500 --> 00:01.500\nHello\n你好');
    expect(text).toMatch(/00:01\.500 --> 00:02\.000\nHello\n你好.*\ntogether\n/);
    expect(text).toContain('00:02.000 --> 00:03.000\ntogether');
    expect(text.includes('end')).toBe(longestClipUs > 13e6);
    expect(outputs[2]!.parts!.slice(1).map(({ name, contentType }) => [name, contentType])).toEqual([
      ['sidecar.mp4.srt', 'application/x-subrip'],
      ['sidecar.mp4.vtt', 'text/vtt'],
    ]);
    expect(await readFile(await locate(outputs[2]!, 'sidecar.mp4.srt'), 'utf8')).toMatch(
      /^1\n00:00:00,500 --> 00:00:02,000\nHello\n你好 <b> & \{x\}\\N\n\n2\n00:00:01,500 --> 00:00:03,000\ntogether\n/,
    );
    expect(await readFile(await locate(outputs[2]!, 'sidecar.mp4.vtt'), 'utf8')).toMatch(
      /^WEBVTT\n\n00:00:00\.500 --> 00:00:02\.000\nHello\n你好 &lt;b&gt; &amp; \{x\}\\N\n/,
    );
  });
});

describe('a track of text', () => {
  it.each<readonly [string, OutputFormat, string]>([
    ['hevc', { kind: 'mp4', videoCodec: 'HEVC' }, 'mov_text'],
    ['av1', { kind: 'mp4', videoCodec: 'AV1' }, 'mov_text'],
    ['webm', { kind: 'webm' }, 'webvtt'],
    ['mov', { kind: 'mov' }, 'mov_text'],
  ])('of %s has the cues of its range, beside a sprite sheet and within a limit', async (name, format, codec) => {
    const changes = {
      range: { startUs: 1_000_000, endUs: 4_000_000, field: 'f' },
      spriteSheet: { intervalUs: 1_000_000, width: 36 },
      maxSize: name === 'mov' ? null : { bytes: 100_000, field: 'f' },
    };
    const { output, file: made } = await bench.render(
      montage(16_000_000),
      {},
      {},
      { outputs: [file(name, format, 'SOFT', changes)] },
    );
    expect((await streamsOf(made)).at(-1)).toMatchObject({ codec_name: codec, tags: { language: 'por' } });
    const text = await textOf(made);
    const last = codec === 'webvtt' ? /00:00\.5\d\d --> 00:02\.0\d\d\ntogether/ : /00:01\.000 --> 00:02\.000\ntogether/;
    expect(text).toMatch(last);
    expect(text).not.toContain('end');
    expect(output.frameCount).toBe(30);
  });

  it('of a stream is a rendition of its own', async () => {
    const {
      output,
      file: made,
      locate,
    } = await bench.render(montage(4_000_000), {}, {}, { outputs: [file('s', HLS, 'SOFT')] });
    expect(await readFile(made, 'utf8')).toContain(
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="Brazilian Portuguese",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,LANGUAGE="pt-BR",URI="s.subtitles.m3u8"\n',
    );
    expect(await readFile(made, 'utf8')).toMatch(/#EXT-X-STREAM-INF:.*,AUDIO="audio",SUBTITLES="text"\n/);
    expect(output.parts!.slice(-2)).toEqual([
      {
        name: 's.subtitles.m3u8',
        contentType: 'application/vnd.apple.mpegurl',
        sizeBytes: expect.any(Number) as number,
      },
      { name: 's.subtitles.vtt', contentType: 'text/vtt', sizeBytes: expect.any(Number) as number },
    ]);
    expect(await readFile(await locate(output, 's.subtitles.m3u8'), 'utf8')).toMatch(
      /#EXTINF:4\.000000,\ns\.subtitles\.vtt\n#EXT-X-ENDLIST\n$/,
    );
    expect(await textOf(await locate(output, 's.subtitles.m3u8'))).toContain('00:01.500 --> 00:03.000\ntogether');
    expect(await whitePixels(await locate(output, 's.144.m3u8'), 0)).toBe(0);
  });

  it('is left out where no cue is seen', async () => {
    const range = { startUs: 5_000_000, endUs: 6_000_000, field: 'f' };
    const outputs = [
      file('a', H264, 'SOFT', { range }),
      file('b', H264, 'SIDECAR', { range }),
      file('c', HLS, 'SOFT', { range }),
    ];
    const made = await bench.render(montage(16_000_000), {}, {}, { outputs });
    expect(await streamsOf(await made.locate(made.outputs[0]!))).toHaveLength(2);
    expect(made.outputs[1]!.parts).toHaveLength(1);
    expect(await readFile(await made.locate(made.outputs[2]!), 'utf8')).not.toContain('SUBTITLES');
  });

  it('does not hinder reuse: other words need no new pictures', async () => {
    const folder = path.join(await mkdtemp(path.join(bench.media.folder, 'cache-')), 'artifacts');
    const artifacts = createLocalArtifacts({ folder, maxBytes: 100e6 });
    const options = { artifacts, outputs: [file('soft', H264, 'SOFT')] };
    await bench.render(montage(16_000_000), {}, {}, options);
    const cues = CUES.map((cue) => ({ ...cue, text: 'other words' }));
    const { output, file: made } = await bench.render(montage(16_000_000, cues), {}, {}, options);
    expect(output.reusedFrames).toBe(160);
    expect(await textOf(made)).toContain('other words');
    const burned = await bench.render(
      montage(16_000_000),
      {},
      {},
      { artifacts, outputs: [file('burned', H264, 'BURNED')] },
    );
    expect(burned.output.reusedFrames).toBeLessThan(160);
    expect(await whitePixels(burned.file, 1)).toBeGreaterThan(50);
  });
});

describe('the check of a track of text', () => {
  it('finds one that is missing, one that is too many, and other cues', async () => {
    const made = await bench.render(
      montage(4_000_000),
      {},
      {},
      { outputs: [file('soft', H264, 'SOFT'), file('none', H264, 'NONE')] },
    );
    const [soft, none] = await Promise.all(made.outputs.map((output) => made.locate(output)));
    const content = { width: 144, height: 256, frameRate: { num: 10, den: 1 }, frames: 40, samples: 192_000 };
    const cues = cuesIn(CUES, 0, 4_000_000);
    const verify = (name: string, planned?: readonly Cue[]) =>
      profileOf(H264).verify(toolsIn(bench, path.dirname(name)), path.basename(name), {
        ...content,
        ...(planned ? { subtitles: { cues: planned, language: '' } } : {}),
      });
    await verify(soft!, cues);
    await verify(none!);
    await expect(verify(soft!)).rejects.toThrow('it has 1 tracks of text instead of 0');
    await expect(verify(none!, cues)).rejects.toThrow('it has 0 tracks of text instead of 1');
    await expect(verify(soft!, cues.slice(1))).rejects.toThrow('its 3 cues are not the 1 that were planned');
    const moved = cues.map((cue) => ({ ...cue, startUs: cue.startUs + 40_000 }));
    await expect(verify(soft!, moved)).rejects.toThrow('cues are not');
    const others = cues.map((cue) => ({ ...cue, text: 'other' }));
    await expect(verify(soft!, others)).rejects.toThrow('cues are not');
  });
});
