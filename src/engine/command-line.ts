import ffmpeg from 'fluent-ffmpeg';
import { MAX_ALLOC_BYTES } from './limits.js';
import type { GraphInput } from './compositor/render-plan.js';

/** What a command that renders consists of. All files are relative to the folder that it runs in. */
export interface RenderCommand {
  readonly inputs: readonly GraphInput[];
  /** The file that holds the filter graph. */
  readonly graphFile: string;
  readonly outputFile: string;
  /** The ends of the graph, each a stream of the output. */
  readonly pads: readonly string[];
  /** Of the output's profile. */
  readonly encodingOptions: readonly string[];
  /** Of the ffmpeg that runs it; null when not known. */
  readonly majorVersion: number | null;
}

/** The argument list of a render. fluent-ffmpeg puts it together, and does nothing else here or anywhere. */
export function renderArguments(render: RenderCommand): string[] {
  const command = ffmpeg();
  for (const input of render.inputs) {
    command.input(`file:${input.file}`).inputOptions(...asList(input.options));
  }
  command.output(`file:${render.outputFile}`).outputOptions(...asList(outputOptions(render)));
  return [...globalOptions(render), ...command._getArguments()];
}

/** What a command that joins consists of. All files are relative to the folder that it runs in. */
export interface JoinCommand {
  /** Names the parts of the video for ffmpeg's concat demuxer. */
  readonly listFile: string;
  readonly audioFile: string;
  readonly outputFile: string;
  readonly containerOptions: readonly string[];
}

/** The argument list of a join: nothing is encoded again. */
export function joinArguments({ listFile, audioFile, outputFile, containerOptions }: JoinCommand): string[] {
  const command = ffmpeg();
  // The parts are files of ours, beside the list.
  command.input(`file:${listFile}`).inputOptions('-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file');
  command.input(`file:${audioFile}`);
  command
    .output(`file:${outputFile}`)
    .outputOptions(...asList(['-map', '0:v', '-map', '1:a', '-c', 'copy', ...WITHOUT_METADATA, ...containerOptions]));
  return [...COMMON_OPTIONS, ...command._getArguments()];
}

function globalOptions(render: RenderCommand): string[] {
  // A graph of hundreds of clips is longer than one argument may be. The option for a file was renamed in 7.0, and the old one taken out in 8.
  const graphOption =
    render.majorVersion !== null && render.majorVersion < 7 ? '-filter_complex_script' : '-/filter_complex';
  return [...COMMON_OPTIONS, graphOption, render.graphFile];
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

function outputOptions({ pads, encodingOptions }: RenderCommand): string[] {
  return [
    ...pads.flatMap((pad) => ['-map', `[${pad}]`]),
    // The graph has counted the frames; nothing may be dropped or doubled after it.
    ...['-fps_mode:v', 'passthrough'],
    ...WITHOUT_METADATA,
    ...encodingOptions,
  ];
}

/** At least two: fluent-ffmpeg splits a lone option at its space. */
function asList(options: readonly string[]): [string, string, ...string[]] {
  const [first, second, ...rest] = options;
  if (first === undefined || second === undefined) throw new RangeError('options come in pairs');
  return [first, second, ...rest];
}
