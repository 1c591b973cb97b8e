import type { Quality } from '../../../composition/output-spec.js';
import { FROM_BT709, TAGGED, TO_BT709 } from '../../compositor/color/convert.js';
import { NORMAL_FORM } from '../../compositor/fit.js';
import { h264Options } from '../h264-mp4/encoding.js';
import type { VideoCoding, VideoSettings } from '../output-profile.js';
import { COLOR_TAGS } from './color-tags.js';
import type { Level } from './level.js';
import { MOV_PART, MP4_PART, WEBM_PART } from './containers.js';
import { keyFrameOptions, mostBitsPerSecond, rateOptions } from './rates.js';

/** Filters in `NORMAL_FORM`. */
export const FINISH_FILTERS = ['format', 'setsar', 'setparams'];

const in420 = (format: 'yuv420p' | 'yuva420p') => ['-pix_fmt', format, ...COLOR_TAGS];
const PLAIN = in420('yuv420p');

export const H264: VideoCoding = {
  finish: () => NORMAL_FORM,
  colors: 'halved',
  options: h264Options,
  partOptions: MP4_PART,
};

const HEVC_LADDER: Readonly<Record<Quality, Level>> = {
  DRAFT: { effort: ['-preset', 'ultrafast'], looks: ['-crf', '32'] },
  LOW: { effort: ['-preset', 'superfast'], looks: ['-crf', '29'] },
  MEDIUM: { effort: ['-preset', 'veryfast'], looks: ['-crf', '24'] },
  HIGH: { effort: ['-preset', 'medium'], looks: ['-crf', '20'] },
  // By a parameter.
  LOSSLESS: { effort: ['-preset', 'superfast'], looks: [] },
};

/** Key frames from which every player can begin; only errors are told. */
const X265 = ['open-gop=0', 'log-level=error'];

function hevcOptions(settings: VideoSettings): readonly string[] {
  const { quality, threads } = settings;
  const { effort, looks } = HEVC_LADDER[quality];
  const params = [
    ...X265,
    ...(quality === 'LOSSLESS' ? ['lossless=1'] : []),
    ...(threads === null ? [] : [`pools=${threads}`, `frame-threads=${threads}`]),
  ];
  return [
    ...[
      '-c:v',
      'libx265',
      ...effort,
      ...rateOptions(settings, looks),
      '-x265-params',
      params.join(':'),
      '-tag:v',
      'hvc1',
      ...PLAIN,
    ],
    ...keyFrameOptions(settings),
  ];
}

/** `hvc1`: its parameters are in the index alone, as Apple's players want. */
export const HEVC: VideoCoding = {
  finish: () => NORMAL_FORM,
  colors: 'halved',
  options: hevcOptions,
  partOptions: MP4_PART,
};

/** Presets from 10 on leave visible faults, as later versions of the encoder say. */
const AV1_LADDER: Readonly<Record<Quality, Level>> = {
  DRAFT: { effort: ['-preset', '10'], looks: ['-crf', '45'] },
  LOW: { effort: ['-preset', '9'], looks: ['-crf', '42'] },
  MEDIUM: { effort: ['-preset', '8'], looks: ['-crf', '34'] },
  HIGH: { effort: ['-preset', '7'], looks: ['-crf', '26'] },
  // Refused before: the encoder cannot.
  LOSSLESS: { effort: ['-preset', '7'], looks: ['-crf', '1'] },
};

function av1Options(settings: VideoSettings): readonly string[] {
  const { quality, threads, aim } = settings;
  const { effort, looks } = AV1_LADDER[quality];
  // It takes no limit beside constant looks in every version.
  const rate = aim === null ? looks : ['-b:v', String(aim)];
  return [
    ...['-c:v', 'libsvtav1', ...effort, ...rate, ...PLAIN, ...keyFrameOptions(settings)],
    ...(threads === null ? [] : ['-svtav1-params', `lp=${threads}`]),
  ];
}

export const AV1: VideoCoding = {
  finish: () => NORMAL_FORM,
  colors: 'halved',
  options: av1Options,
  partOptions: MP4_PART,
};

const VP9_LADDER: Readonly<Record<Quality, Level>> = {
  DRAFT: { effort: ['-deadline', 'realtime', '-cpu-used', '8'], looks: ['-crf', '42'] },
  LOW: { effort: ['-deadline', 'good', '-cpu-used', '5'], looks: ['-crf', '38'] },
  MEDIUM: { effort: ['-deadline', 'good', '-cpu-used', '5'], looks: ['-crf', '31'] },
  HIGH: { effort: ['-deadline', 'good', '-cpu-used', '3'], looks: ['-crf', '24'] },
  LOSSLESS: { effort: ['-deadline', 'good', '-cpu-used', '5'], looks: ['-lossless', '1'] },
};

function vp9Options(settings: VideoSettings, format: 'yuv420p' | 'yuva420p'): readonly string[] {
  const { quality, threads, aim } = settings;
  const { effort, looks } = VP9_LADDER[quality];
  // Beside constant looks the rate is the most, not the aim; 0: no limit.
  const rate = aim === null ? [...looks, '-b:v', String(mostBitsPerSecond(settings) ?? 0)] : ['-b:v', String(aim)];
  return [
    ...['-c:v', 'libvpx-vp9', ...effort, ...rate, '-row-mt', '1', ...in420(format), ...keyFrameOptions(settings)],
    ...(threads === null ? [] : ['-threads:v', String(threads)]),
  ];
}

export const VP9: VideoCoding = {
  finish: () => NORMAL_FORM,
  colors: 'halved',
  options: (settings) => vp9Options(settings, 'yuv420p'),
  partOptions: MP4_PART,
};

/** Filters in `VP9_ALPHA.finish`. */
export const VP9_ALPHA_FILTERS = [
  ...['format', 'mergeplanes', 'premultiply', 'scale', 'setparams', 'setsar', 'split', 'unpremultiply'],
];

/** Alpha is a second stream of VP9 beside the first, which WebM alone can hold. */
export const VP9_ALPHA: VideoCoding = {
  // As everything over nothing.
  colors: 'full',
  // Two by two pixels share a colour: that of what is seen of them. The hidden colours of transparent pixels must not be mixed in.
  finish: (name) => [
    `format=yuva444p,split[${name}y][${name}c];[${name}c]${FROM_BT709}`,
    ...['format=gbrap', 'premultiply=inplace=1', 'scale=iw/2:ih/2:flags=area+accurate_rnd', 'unpremultiply=inplace=1'],
    `${TO_BT709},format=yuva444p[${name}h];[${name}y][${name}h]mergeplanes=${PLANES}:format=yuva420p`,
    ...TAGGED,
  ],
  options: (settings) => vp9Options(settings, 'yuva420p'),
  partOptions: WEBM_PART,
};

/** Colours from the second picture, all else from the first. */
const PLANES = 'map0s=0:map0p=0:map1s=1:map1p=1:map2s=1:map2p=2:map3s=0:map3p=3';

/** The pictures of a GIF before their palette is known: small, and every pixel as it was composed, in full colour resolution. */
export const UNTOUCHED: VideoCoding = {
  finish: () => ['format=yuv444p', ...TAGGED],
  colors: 'full',
  options: ({ threads }) => [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', '-pix_fmt', 'yuv444p', ...COLOR_TAGS],
    ...(threads === null ? [] : ['-threads:v', String(threads)]),
  ],
  partOptions: MP4_PART,
};

/** Every frame by itself, as editors want it. Its quality decides its rate: some 220 Mbit/s at 1080p. */
export const PRORES: VideoCoding = {
  finish: () => ['format=yuv422p10le', ...TAGGED],
  colors: 'full',
  options: (settings) => proresOptions(settings, 'hq', 'yuv422p10le'),
  partOptions: MOV_PART,
};

/** The same with alpha of 16 bits and full colour resolution: some 330 Mbit/s at 1080p. */
export const PRORES_ALPHA: VideoCoding = {
  finish: () => ['format=yuva444p10le', ...TAGGED],
  colors: 'full',
  options: (settings) => proresOptions(settings, '4444', 'yuva444p10le'),
  partOptions: MOV_PART,
};

function proresOptions({ threads }: VideoSettings, profile: string, format: string): readonly string[] {
  return [
    ...['-c:v', 'prores_ks', '-profile:v', profile, '-vendor', 'apl0', '-pix_fmt', format, ...COLOR_TAGS],
    ...(threads === null ? [] : ['-threads:v', String(threads)]),
  ];
}
