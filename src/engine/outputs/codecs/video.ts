import type { Quality } from '../../../composition/output-spec.js';
import { NORMAL_FORM } from '../../compositor/fit.js';
import { h264Options } from '../h264-mp4/encoding.js';
import type { VideoCoding, VideoSettings } from '../output-profile.js';
import { COLOR_TAGS } from './color-tags.js';
import { MP4_PART } from './containers.js';
import { keyFrameOptions, mostBitsPerSecond, rateLimit } from './rates.js';

/** Filters in `NORMAL_FORM`. */
export const FINISH_FILTERS = ['format', 'setsar', 'setparams'];

const PLAIN = ['-pix_fmt', 'yuv420p', ...COLOR_TAGS];

export const H264: VideoCoding = { finish: NORMAL_FORM, options: h264Options, partOptions: MP4_PART };

const HEVC_LADDER: Readonly<Record<Exclude<Quality, 'LOSSLESS'>, readonly string[]>> = {
  DRAFT: ['-preset', 'ultrafast', '-crf', '32'],
  LOW: ['-preset', 'superfast', '-crf', '29'],
  MEDIUM: ['-preset', 'veryfast', '-crf', '24'],
  HIGH: ['-preset', 'medium', '-crf', '20'],
};

/** Key frames from which every player can begin; only errors are told. */
const X265 = ['open-gop=0', 'log-level=error'];

function hevcOptions(settings: VideoSettings): readonly string[] {
  const { quality, threads } = settings;
  const level = quality === 'LOSSLESS' ? ['-preset', 'superfast'] : HEVC_LADDER[quality];
  const params = [
    ...X265,
    ...(quality === 'LOSSLESS' ? ['lossless=1'] : []),
    ...(threads === null ? [] : [`pools=${threads}`, `frame-threads=${threads}`]),
  ];
  return [
    ...['-c:v', 'libx265', ...level, '-x265-params', params.join(':'), '-tag:v', 'hvc1', ...PLAIN],
    ...rateLimit(settings),
    ...keyFrameOptions(settings),
  ];
}

/** `hvc1`: its parameters are in the index alone, as Apple's players want. */
export const HEVC: VideoCoding = {
  finish: NORMAL_FORM,
  options: hevcOptions,
  partOptions: MP4_PART,
};

const AV1_LADDER: Readonly<Record<Quality, readonly string[]>> = {
  DRAFT: ['-preset', '12', '-crf', '45'],
  LOW: ['-preset', '10', '-crf', '42'],
  MEDIUM: ['-preset', '10', '-crf', '34'],
  HIGH: ['-preset', '8', '-crf', '26'],
  // Refused before: the encoder cannot.
  LOSSLESS: ['-preset', '8', '-crf', '1'],
};

function av1Options(settings: VideoSettings): readonly string[] {
  const { quality, threads } = settings;
  return [
    ...['-c:v', 'libsvtav1', ...AV1_LADDER[quality], ...PLAIN, ...keyFrameOptions(settings)],
    ...(threads === null ? [] : ['-svtav1-params', `lp=${threads}`]),
  ];
}

export const AV1: VideoCoding = { finish: NORMAL_FORM, options: av1Options, partOptions: MP4_PART };

const VP9_LADDER: Readonly<Record<Exclude<Quality, 'LOSSLESS'>, readonly string[]>> = {
  DRAFT: ['-deadline', 'realtime', '-cpu-used', '8', '-crf', '42'],
  LOW: ['-deadline', 'good', '-cpu-used', '5', '-crf', '38'],
  MEDIUM: ['-deadline', 'good', '-cpu-used', '5', '-crf', '31'],
  HIGH: ['-deadline', 'good', '-cpu-used', '3', '-crf', '24'],
};

function vp9Options(settings: VideoSettings): readonly string[] {
  const { quality, threads } = settings;
  const level =
    quality === 'LOSSLESS' ? ['-deadline', 'good', '-cpu-used', '5', '-lossless', '1'] : VP9_LADDER[quality];
  return [
    ...['-c:v', 'libvpx-vp9', ...level, '-row-mt', '1', ...PLAIN, ...keyFrameOptions(settings)],
    // With a CRF it is the most, not the aim; 0: no limit.
    ...['-b:v', String(mostBitsPerSecond(settings) ?? 0)],
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
