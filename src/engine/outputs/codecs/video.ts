import type { Quality } from '../../../composition/output-spec.js';
import { NORMAL_FORM } from '../../compositor/fit.js';
import { h264Options } from '../h264-mp4/encoding.js';
import type { VideoCoding, VideoSettings } from '../output-profile.js';
import { COLOR_TAGS } from './color-tags.js';
import type { Level } from './level.js';
import { MOV_PART, MP4_PART } from './containers.js';
import { keyFrameOptions, mostBitsPerSecond, rateOptions } from './rates.js';

/** Filters in `NORMAL_FORM`. */
export const FINISH_FILTERS = ['format', 'setsar', 'setparams'];

const PLAIN = ['-pix_fmt', 'yuv420p', ...COLOR_TAGS];

export const H264: VideoCoding = { finish: NORMAL_FORM, options: h264Options, partOptions: MP4_PART };

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
  finish: NORMAL_FORM,
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

export const AV1: VideoCoding = { finish: NORMAL_FORM, options: av1Options, partOptions: MP4_PART };

const VP9_LADDER: Readonly<Record<Quality, Level>> = {
  DRAFT: { effort: ['-deadline', 'realtime', '-cpu-used', '8'], looks: ['-crf', '42'] },
  LOW: { effort: ['-deadline', 'good', '-cpu-used', '5'], looks: ['-crf', '38'] },
  MEDIUM: { effort: ['-deadline', 'good', '-cpu-used', '5'], looks: ['-crf', '31'] },
  HIGH: { effort: ['-deadline', 'good', '-cpu-used', '3'], looks: ['-crf', '24'] },
  LOSSLESS: { effort: ['-deadline', 'good', '-cpu-used', '5'], looks: ['-lossless', '1'] },
};

function vp9Options(settings: VideoSettings): readonly string[] {
  const { quality, threads, aim } = settings;
  const { effort, looks } = VP9_LADDER[quality];
  // Beside constant looks the rate is the most, not the aim; 0: no limit.
  const rate = aim === null ? [...looks, '-b:v', String(mostBitsPerSecond(settings) ?? 0)] : ['-b:v', String(aim)];
  return [
    ...['-c:v', 'libvpx-vp9', ...effort, ...rate, '-row-mt', '1', ...PLAIN, ...keyFrameOptions(settings)],
    ...(threads === null ? [] : ['-threads:v', String(threads)]),
  ];
}

export const VP9: VideoCoding = { finish: NORMAL_FORM, options: vp9Options, partOptions: MP4_PART };

/** The pictures of a GIF before their palette is known: small, and every pixel as it was composed, in full colour resolution. */
export const UNTOUCHED: VideoCoding = {
  finish: ['format=yuv444p', ...NORMAL_FORM.slice(1)],
  options: ({ threads }) => [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', '-pix_fmt', 'yuv444p', ...COLOR_TAGS],
    ...(threads === null ? [] : ['-threads:v', String(threads)]),
  ],
  partOptions: MP4_PART,
};

/** Every frame by itself, as editors want it. Its quality decides its rate: some 220 Mbit/s at 1080p. */
export const PRORES: VideoCoding = {
  finish: ['format=yuv422p10le', ...NORMAL_FORM.slice(1)],
  options: ({ threads }) => [
    ...['-c:v', 'prores_ks', '-profile:v', 'hq', '-vendor', 'apl0', '-pix_fmt', 'yuv422p10le', ...COLOR_TAGS],
    ...(threads === null ? [] : ['-threads:v', String(threads)]),
  ],
  partOptions: MOV_PART,
};
