import ffmpeg from 'fluent-ffmpeg';
import { MAX_ALLOC_BYTES } from './limits.js';
import { VIDEO_PAD, type GraphInput } from './compositor/render-plan.js';
import type { Conversion, EncoderDevice } from './outputs/output-profile.js';

/** What a command that renders consists of. All files are relative to the folder that it runs in. */
export interface RenderCommand {
  readonly inputs: readonly GraphInput[];
  /** The file that holds the filter graph. */
  readonly graphFile: string;
  readonly targets: readonly Target[];
  /** Of the ffmpeg that runs it; null when not known. */
  readonly majorVersion: number | null;
  /** How many threads a filter may divide a frame between; absent: one for each core. */
  readonly filterThreads?: number;
}

/** One file that a command makes. */
export interface Target {
  readonly file: string;
  /** The ends of the graph, each a stream of the file. */
  readonly pads: readonly string[];
  /** Of the encoders and the container. */
  readonly options: readonly string[];
  /** Encodes the pictures; absent: ffmpeg does. All targets of a command have the same. */
  readonly device?: EncoderDevice;
}

/** The argument list of a render. fluent-ffmpeg puts it together, and does nothing else here or anywhere. */
export function renderArguments(render: RenderCommand): string[] {
  const command = ffmpeg();
  for (const input of render.inputs) {
    command.input(`file:${input.file}`).inputOptions(...asList(input.options));
  }
  for (const target of render.targets) {
    command.output(`file:${target.file}`).outputOptions(...asList(outputOptions(target)));
  }
  return [...globalOptions(render), ...command._getArguments()];
}

/** What a command that joins consists of. All files are relative to the folder that it runs in. */
export interface JoinCommand {
  /** Names the parts of the video for ffmpeg's concat demuxer. */
  readonly listFile: string;
  /** Null: without sound. */
  readonly audioFile: string | null;
  /** Null: nothing is encoded again. */
  readonly conversion: Conversion | null;
  /** For parts that name all parameter sets of the file, with times of decoding that must be made even; null: other parts. */
  readonly copied: CopiedTimes | null;
  readonly outputFile: string;
  readonly containerOptions: readonly string[];
}

/** The times of decoding of a file with copied parts. */
export interface CopiedTimes {
  /** Of a frame, in parts of a second as the first part counts. */
  readonly ticks: number;
  /** How many frames before it is shown a frame is decoded, at most. */
  readonly delay: number;
}

/** The argument list of a join. */
export function joinArguments(join: JoinCommand): string[] {
  const { audioFile, conversion, copied, outputFile, containerOptions } = join;
  const command = ffmpeg();
  addParts(command, join);
  // To be read twice: for the facts about all pictures, then for the pictures.
  if (conversion) addParts(command, join);
  else if (audioFile !== null) command.input(`file:${audioFile}`);
  const sound = audioFile === null ? [] : ['-map', '1:a'];
  const streams = conversion
    ? ['-map', `[${VIDEO_PAD}]`, '-fps_mode:v', 'passthrough', ...conversion.options]
    : ['-map', '0:v', ...sound, '-c', 'copy', ...(copied ? evenTimes(copied) : [])];
  command.output(`file:${outputFile}`).outputOptions(...asList([...streams, ...WITHOUT_METADATA, ...containerOptions]));
  const graph = conversion ? ['-filter_complex', conversion.graph] : [];
  return [...COMMON_OPTIONS, ...graph, ...command._getArguments()];
}

/** The argument list of a second encoding of a file of ours. */
export function encodeAgainArguments(again: {
  readonly from: string;
  /** Options of the decoder; null: its own. */
  readonly decoder: readonly string[] | null;
  readonly to: string;
  readonly options: readonly string[];
}): string[] {
  const command = decoded(again);
  // Without the times of the file ffmpeg 5.1 moves WebM by the delay of its sound each time, and pictures that were moved twice are rounded to the next frame.
  const options = ['-map', '0', '-copyts', '-fps_mode:v', 'passthrough', ...WITHOUT_METADATA, ...again.options];
  command.output(`file:${again.to}`).outputOptions(...asList(options));
  return [...COMMON_OPTIONS, ...command._getArguments()];
}

/** The argument list that makes a still of a file of ours. */
export function stillArguments(order: {
  readonly from: string;
  /** Options of the decoder; null: its own. */
  readonly decoder: readonly string[] | null;
  /** Of the first frame from there on. */
  readonly seconds: string;
  readonly to: string;
  readonly options: readonly string[];
}): string[] {
  const command = decoded(order);
  command.inputOptions('-ss', order.seconds);
  const options = ['-map', '0:v:0', '-frames:v', '1', ...WITHOUT_METADATA, ...order.options];
  const same = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-f', 'image2', '-update', '1'];
  command.output(`file:${order.to}`).outputOptions(...asList([...options, ...same]));
  return [...COMMON_OPTIONS, ...command._getArguments()];
}

function decoded({ from, decoder }: { readonly from: string; readonly decoder: readonly string[] | null }) {
  const command = ffmpeg(`file:${from}`);
  return decoder === null || decoder.length === 0 ? command : command.inputOptions(...asList(decoder));
}

/** The argument list that adds a track of text to a file of ours. Pictures and sound are copied. */
export function addSubtitlesArguments(order: {
  readonly from: string;
  /** WebVTT. */
  readonly text: string;
  readonly to: string;
  readonly encoder: string;
  /** Three letters. */
  readonly language: string;
  readonly containerOptions: readonly string[];
}): string[] {
  const command = ffmpeg(`file:${order.from}`);
  command.input(`file:${order.text}`).inputOptions('-f', 'webvtt');
  const options = [
    ...['-map', '0:v', '-map', '0:a?', '-map', '1:s', '-c:v', 'copy', '-c:a', 'copy', '-c:s', order.encoder],
    ...[...WITHOUT_METADATA, '-metadata:s:s:0', `language=${order.language}`, ...order.containerOptions],
  ];
  command.output(`file:${order.to}`).outputOptions(...asList(options));
  return [...COMMON_OPTIONS, ...command._getArguments()];
}

/** The argument list that divides a file of ours into segments, which are byte ranges of another file, with a playlist. Nothing is encoded again. */
export function packageArguments(order: {
  readonly from: string;
  readonly playlist: string;
  readonly media: string;
  /** A segment ends at the first key frame from each multiple of it on. */
  readonly segmentSeconds: string;
}): string[] {
  const command = ffmpeg(`file:${order.from}`);
  const options = [
    ...['-map', '0', '-c', 'copy', ...WITHOUT_METADATA],
    // Times before 0 stay: they are of frames that are decoded and not shown. Moved, they would put sound and pictures apart.
    ...['-avoid_negative_ts', 'disabled', '-fflags', '+bitexact'],
    ...['-f', 'hls', '-hls_time', order.segmentSeconds, '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'],
    ...['-hls_flags', 'single_file', '-hls_segment_filename', `file:${order.media}`],
  ];
  command.output(`file:${order.playlist}`).outputOptions(...asList(options));
  return [...COMMON_OPTIONS, ...command._getArguments()];
}

/** The parts are files of ours, beside the list. */
function addParts(command: ffmpeg.FfmpegCommand, { listFile, copied }: JoinCommand): void {
  // Converted, each key frame would get the parameter sets again.
  const asTheyAre = copied ? ['-auto_convert', '0'] : [];
  const options = ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file', ...asTheyAre];
  command.input(`file:${listFile}`).inputOptions(...asList(options));
}

/** Encoders look ahead by different numbers of frames: where two meet, times of decoding would overlap. */
function evenTimes({ ticks, delay }: CopiedTimes): string[] {
  return ['-bsf:v', `setts=pts=PTS:dts=(N-${delay})*${ticks}`];
}

/** A part of a file as it is. */
export interface CopyCommand {
  readonly input: string;
  readonly inputOptions: readonly string[];
  readonly options: readonly string[];
  readonly outputFile: string;
}

/** The argument list of a copy. */
export function copyArguments({ input, inputOptions, options, outputFile }: CopyCommand): string[] {
  const command = ffmpeg();
  command.input(`file:${input}`).inputOptions(...asList(inputOptions));
  command.output(`file:${outputFile}`).outputOptions(...asList([...WITHOUT_METADATA, ...options]));
  return [...COMMON_OPTIONS, ...command._getArguments()];
}

function globalOptions(render: RenderCommand): string[] {
  const { filterThreads, majorVersion, targets } = render;
  const threads = filterThreads === undefined ? [] : ['-filter_complex_threads', String(filterThreads)];
  const device = targets.find((target) => target.device)?.device?.options ?? [];
  return [...COMMON_OPTIONS, ...device, ...threads, graphOption(majorVersion), render.graphFile];
}

/**
 * Names the file of a graph, which may be longer than one argument may be. The option was renamed in 7.0, and the old one taken out in 8.
 * @param majorVersion of the ffmpeg that runs it; null when not known
 */
export function graphOption(majorVersion: number | null): string {
  return majorVersion !== null && majorVersion < 7 ? '-filter_complex_script' : '-/filter_complex';
}

const COMMON_OPTIONS: readonly string[] = [
  '-hide_banner',
  '-nostdin',
  // A render may be begun anew.
  '-y',
  '-nostats',
  '-max_alloc',
  String(MAX_ALLOC_BYTES),
  '-loglevel',
  'level+warning',
  '-stats_period',
  '0.2',
  '-progress',
  'pipe:3',
];

/** An output must not reveal its inputs. */
const WITHOUT_METADATA: readonly string[] = ['-map_metadata', '-1', '-map_chapters', '-1'];

function outputOptions({ pads, options }: Target): string[] {
  return [
    ...pads.flatMap((pad) => ['-map', `[${pad}]`]),
    // The graph has counted the frames; nothing may be dropped or doubled after it.
    ...['-fps_mode:v', 'passthrough'],
    ...WITHOUT_METADATA,
    ...options,
  ];
}

/** At least two: fluent-ffmpeg splits a lone option at its space. */
function asList(options: readonly string[]): [string, string, ...string[]] {
  const [first, second, ...rest] = options;
  if (first === undefined || second === undefined) throw new RangeError('options come in pairs');
  return [first, second, ...rest];
}
