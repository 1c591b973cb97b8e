import ffmpeg from 'fluent-ffmpeg';
import { SAMPLE_RATE } from '../composition/composition.js';
import type { Rational } from '../composition/frame-grid.js';
import { AUDIO_PAD, VIDEO_PAD, type GraphInput } from './graph/render-plan.js';

/** What the one command of a render consists of. All files are relative to the folder that it runs in. */
export interface RenderCommand {
  readonly inputs: readonly GraphInput[];
  /** The file that holds the filter graph. */
  readonly graphFile: string;
  readonly outputFile: string;
  readonly frameRate: Rational;
  /** Of the ffmpeg that runs it; null when not known. */
  readonly majorVersion: number | null;
}

/** Seconds between key frames: players seek to them, and more of them cost size. */
const KEY_FRAME_SECONDS = 2;

/**
 * `veryfast` at CRF 20: on two cores it is about twice as fast as `medium`, and CRF 20 is where its pictures are still hard to tell from their
 * source; the price is a file some 15 % larger, which is cheaper than waiting.
 */
const VIDEO_OPTIONS = [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-crf',
  '20',
  '-profile:v',
  'high',
  '-pix_fmt',
  'yuv420p',
];
const COLOR_TAGS = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];
const AUDIO_OPTIONS = ['-c:a', 'aac', '-b:a', '192k', '-ar', String(SAMPLE_RATE), '-ac', '2'];

/** The argument list of a render. fluent-ffmpeg puts it together, and does nothing else here or anywhere. */
export function renderArguments(render: RenderCommand): string[] {
  const command = ffmpeg();
  for (const input of render.inputs) {
    command.input(`file:${input.file}`).inputOptions(...asList(input.options));
  }
  command.output(`file:${render.outputFile}`).outputOptions(...asList(outputOptions(render)));
  return [...globalOptions(render), ...command._getArguments()];
}

function globalOptions(render: RenderCommand): string[] {
  // A graph of hundreds of clips is longer than one argument may be. The option for a file was renamed in 7.0, and the old one taken out in 8.
  const graphOption =
    render.majorVersion !== null && render.majorVersion < 7 ? '-filter_complex_script' : '-/filter_complex';
  return [
    '-hide_banner',
    '-nostdin',
    '-nostats',
    '-loglevel',
    'level+warning',
    '-stats_period',
    '0.2',
    '-progress',
    'pipe:3',
    graphOption,
    render.graphFile,
  ];
}

function outputOptions(render: RenderCommand): string[] {
  const keyFrames = Math.round((render.frameRate.num / render.frameRate.den) * KEY_FRAME_SECONDS);
  return [
    '-map',
    `[${VIDEO_PAD}]`,
    '-map',
    `[${AUDIO_PAD}]`,
    ...VIDEO_OPTIONS,
    '-g',
    String(keyFrames),
    ...COLOR_TAGS,
    ...AUDIO_OPTIONS,
    // The graph has counted the frames; nothing may be dropped or doubled after it.
    '-fps_mode:v',
    'passthrough',
    '-map_metadata',
    '-1',
    '-map_chapters',
    '-1',
    '-fflags',
    '+bitexact',
    '-flags:v',
    '+bitexact',
    '-flags:a',
    '+bitexact',
    '-max_muxing_queue_size',
    '8192',
    '-movflags',
    '+faststart',
    '-f',
    'mp4',
  ];
}

/** At least two: fluent-ffmpeg splits a lone option at its space. */
function asList(options: readonly string[]): [string, string, ...string[]] {
  const [first, second, ...rest] = options;
  if (first === undefined || second === undefined) throw new RangeError('options come in pairs');
  return [first, second, ...rest];
}
