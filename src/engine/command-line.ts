import ffmpeg from 'fluent-ffmpeg';
import { MAX_ALLOC_BYTES } from './limits.js';
import { AUDIO_PAD, VIDEO_PAD, type GraphInput } from './compositor/render-plan.js';

/** What the one command of a render consists of. All files are relative to the folder that it runs in. */
export interface RenderCommand {
  readonly inputs: readonly GraphInput[];
  /** The file that holds the filter graph. */
  readonly graphFile: string;
  readonly outputFile: string;
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

function globalOptions(render: RenderCommand): string[] {
  // A graph of hundreds of clips is longer than one argument may be. The option for a file was renamed in 7.0, and the old one taken out in 8.
  const graphOption =
    render.majorVersion !== null && render.majorVersion < 7 ? '-filter_complex_script' : '-/filter_complex';
  return [
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
    graphOption,
    render.graphFile,
  ];
}

function outputOptions({ encodingOptions }: RenderCommand): string[] {
  return [
    ...['-map', `[${VIDEO_PAD}]`, '-map', `[${AUDIO_PAD}]`],
    // The graph has counted the frames; nothing may be dropped or doubled after it.
    ...['-fps_mode:v', 'passthrough'],
    // An output must not reveal its inputs.
    ...['-map_metadata', '-1', '-map_chapters', '-1'],
    ...encodingOptions,
  ];
}

/** At least two: fluent-ffmpeg splits a lone option at its space. */
function asList(options: readonly string[]): [string, string, ...string[]] {
  const [first, second, ...rest] = options;
  if (first === undefined || second === undefined) throw new RangeError('options come in pairs');
  return [first, second, ...rest];
}
