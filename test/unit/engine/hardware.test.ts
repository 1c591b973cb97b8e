import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { renderArguments, type Target } from '../../../src/engine/command-line.js';
import type { Codec } from '../../../src/engine/hardware/candidate.js';
import { candidatesOf, FAMILIES, type Family } from '../../../src/engine/hardware/families.js';
import { parseNames } from '../../../src/engine/parse-capabilities.js';
import { H264, HEVC } from '../../../src/engine/outputs/codecs/video.js';
import type { VideoSettings } from '../../../src/engine/outputs/output-profile.js';
import { planPasses } from '../../../src/engine/outputs/plan-passes.js';
import { sectionTargets } from '../../../src/engine/outputs/targets.js';
import { areUsed } from '../../../src/engine/outputs/stand-ins.js';
import { previewGraph } from '../../../src/engine/outputs/preview.js';
import { graphKey } from '../../../src/engine/reuse/graph-key.js';
import { factsFor, montageOf } from '../../support/montage.js';

const SETTINGS: VideoSettings = {
  ...{ width: 1280, height: 720, frameRate: { num: 30, den: 1 }, quality: 'MEDIUM' },
  ...{ threads: 2, aim: null, keyFrames: null },
};
const TAGS = '-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv';
/** The most that software has at the same size and quality. */
const LIMIT = '-maxrate 7372800 -bufsize 14745600';

function optionsOf(family: Family, codec: Codec, changes: Partial<VideoSettings> = {}, way = 0): string {
  return candidatesOf(family, codec, null)
    [way]!.coding.options({ ...SETTINGS, ...changes })
    .join(' ');
}

describe('the options of hardware encoders', () => {
  it('aim at a constant quality below the limit of rates, with the colours of every video', () => {
    expect(optionsOf('nvenc', 'H264')).toBe(
      `-c:v h264_nvenc -preset p5 -tune hq -rc vbr -cq 22 -b:v 0 ${LIMIT} -profile:v high -bf 2 -pix_fmt yuv420p ${TAGS} -g 60`,
    );
    expect(optionsOf('vaapi', 'H264')).toBe(
      `-c:v h264_vaapi -rc_mode QVBR -global_quality 22 -b:v 3686400 ${LIMIT} -bf 2 ${TAGS} -g 60`,
    );
    expect(optionsOf('qsv', 'H264')).toBe(
      `-c:v h264_qsv -preset medium -global_quality 22 -b:v 3686400 ${LIMIT} -profile:v high -bf 2 -pix_fmt nv12 ${TAGS} -g 60`,
    );
  });

  it('have a second way for drivers of VAAPI without a quality below a limit', () => {
    expect(optionsOf('vaapi', 'H264', {}, 1)).toBe(`-c:v h264_vaapi -rc_mode CQP -qp 22 -bf 2 ${TAGS} -g 60`);
  });

  it.each(FAMILIES)('name HEVC as players want it, without frames between others (%s)', (family) => {
    const options = optionsOf(family, 'HEVC');
    expect(options).toContain(`-c:v hevc_${family} `);
    expect(options).toContain('-bf 0 ');
    expect(options).toContain('-tag:v hvc1 ');
    expect(options).not.toContain('-profile:v');
  });

  it.each(FAMILIES)('grow finer with the quality (%s)', (family) => {
    const looks = (['DRAFT', 'LOW', 'MEDIUM', 'HIGH'] as const).map((quality) =>
      Number(/ -(?:cq|global_quality) (\d+) /.exec(optionsOf(family, 'H264', { quality }))?.[1]),
    );
    expect(looks).toEqual([30, 28, 22, 19]);
  });

  it.each([
    ['nvenc', '-forced-idr 1'],
    ['vaapi', '-idr_interval 0'],
    ['qsv', '-forced_idr 1'],
  ] as const)('force key frames from which players can begin (%s)', (family, forced) => {
    const options = optionsOf(family, 'H264', { keyFrames: { every: 50, from: 200 } });
    expect(options).toMatch(new RegExp(`-g 50 ${forced} -force_key_frames expr:not\\(mod\\(n\\+200,50\\)\\)$`));
  });

  const built = parseNames(execFileSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8' }));
  const both = FAMILIES.flatMap((family) =>
    (['H264', 'HEVC'] as const).flatMap((codec) =>
      candidatesOf(family, codec, null).map(({ encoder, coding }) => ({ encoder, coding })),
    ),
  );
  /** Of ffmpeg itself, for every encoder. */
  const COMMON = new Set([
    ...['c:v', 'b:v', 'maxrate', 'bufsize', 'bf', 'g', 'pix_fmt', 'tag:v', 'force_key_frames', 'global_quality'],
    ...['colorspace', 'color_primaries', 'color_trc', 'color_range'],
  ]);

  it.each(both.filter(({ encoder }) => built.has(encoder)))('are known to $encoder', ({ encoder, coding }) => {
    const help = execFileSync('ffmpeg', ['-hide_banner', '-h', `encoder=${encoder}`], { encoding: 'utf8' });
    const known = new Set([...help.matchAll(/^ {2}-(\S+) /gm)].map(([, name]) => name));
    const options = coding.options({ ...SETTINGS, keyFrames: { every: 50, from: 0 } });
    const own = options.filter((option, i) => i % 2 === 0 && !COMMON.has(option.slice(1)));
    expect(own.map((option) => option.slice(1).replace(/:v$/, '')).filter((name) => !known.has(name))).toEqual([]);
  });
});

const [vaapi] = candidatesOf('vaapi', 'H264', '/dev/dri/renderD129');
const coding = { ...vaapi!.coding, device: { ...vaapi!.coding.device, identity: 'this device' } };
const standIns = new Map([[H264, coding]]);
const [MP4] = DEFAULT_OUTPUTS as [OutputSpec];

function passesOf(outputs: readonly OutputSpec[]) {
  const montage = montageOf(1);
  const { compositions } = montageForm(montage).compose(factsFor(montage, [{ kind: 'image' }]));
  return planPasses(compositions, outputs, () => true, { standIns });
}

describe('the plan of outputs by hardware', () => {
  it('has the device in every command that renders, and its frames uploaded last', () => {
    const [pass] = passesOf([MP4]).passes;
    const { files, video } = sectionTargets(pass!, 0, 2);
    const args = renderArguments({ inputs: [], graphFile: 'g', targets: files, majorVersion: 5 });
    expect(args.join(' ')).toContain(
      '-init_hw_device vaapi=cutroom:/dev/dri/renderD129 -filter_hw_device cutroom -filter_complex_script g',
    );
    const [finish] = video[0]?.to as readonly { readonly filters: readonly string[] }[];
    expect(finish?.filters.slice(-2)).toEqual(['format=nv12', 'hwupload']);
  });

  it('leaves to software what hardware does not promise, and what it does not encode', () => {
    const others: OutputSpec[] = [
      { ...MP4, quality: 'LOSSLESS' },
      { ...MP4, streamCopy: true },
      { ...MP4, format: { kind: 'mp4', videoCodec: 'HEVC' } },
      { ...MP4, format: { kind: 'webm' } },
      { ...MP4, format: { kind: 'gif', playOnce: false } },
      { ...MP4, format: { kind: 'audio', format: 'WAV' } },
    ];
    for (const spec of others) {
      const [output] = passesOf([spec]).outputs;
      expect(output?.encodings.some(({ video }) => video?.device)).toBe(false);
      expect(areUsed(standIns, [spec])).toBe(false);
    }
    expect(passesOf([others[2]!]).outputs[0]?.encodings[0]?.video).toBe(HEVC);
    const stream: OutputSpec = { ...MP4, format: { kind: 'hls', shortSides: [144, 72], segmentUs: 2_000_000 } };
    expect(areUsed(standIns, [others[3]!, stream])).toBe(true);
    expect(passesOf([stream]).outputs[0]?.encodings.map(({ video }) => video?.device?.encoder)).toEqual([
      ...['h264_vaapi', 'h264_vaapi', undefined],
    ]);
  });

  it('knows parts by their device', () => {
    const target: Target = { file: 'f', pads: ['video0'], options: ['-c:v', 'h264_vaapi'] };
    const plan = { inputs: [], graph: 'g', files: [] };
    const keyOf = (one: Target) => graphKey({ plan, targets: [one], toolVersion: '5.1', identities: [] });
    const others = ['this device', 'another'].map((identity) => ({
      ...target,
      device: { ...coding.device, identity },
    }));
    expect(new Set([target, ...others].map(keyOf)).size).toBe(3);
  });

  it('takes previews from the memory of the device', () => {
    const graph = (isOnDevice: boolean) =>
      previewGraph({ pad: 'video0', hasAlpha: false, isOnDevice }, { num: 30, den: 1 });
    expect(graph(true)).toContain("[preview_in]select='not(mod(n,30))',hwdownload,format=nv12,scale=");
    expect(graph(false)).not.toContain('hwdownload');
  });
});
