import { SAMPLE_RATE } from '../../composition/composition.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import { PCM_CODEC, PCM_FORMAT, PCM_INPUT_OPTIONS } from './pcm.js';

export interface StretchOrder {
  /** PCM in the scratch folder, and the file that takes the result. */
  readonly file: string;
  readonly outFile: string;
  /** 0.25 to 4, not 1. */
  readonly speed: number;
  /** Samples of the result. */
  readonly samples: number;
  /** The field of the request that named the audio. */
  readonly field: string;
}

/** Filters of which one is needed; every build has the second. */
const RUBBERBAND = 'rubberband';
export const STRETCH_FILTERS = ['adelay', 'apad', 'asetpts', 'atempo', 'atrim'];

/** Changes the speed of PCM and keeps its pitch. The result is as long as ordered; events lie where the speed puts them. @throws RenderError as `runTool`. */
export async function stretchPcm(context: ToolContext, order: StretchOrder): Promise<void> {
  const { file, outFile, field } = order;
  const filters = stretchFilters(order, context.toolchain.filters.has(RUBBERBAND));
  const args = [
    ...['-nostdin', '-hide_banner', '-nostats', '-y', '-v', 'level+error'],
    ...['-stats_period', '0.2', '-progress', 'pipe:3'],
    ...[...PCM_INPUT_OPTIONS, '-i', `file:${file}`],
    ...['-af', filters.join(','), '-c:a', PCM_CODEC, '-f', PCM_FORMAT, `file:${outFile}`],
  ];
  const result = await runTool(context, 'ffmpeg', args, {
    field,
    // It has nobody to tell, but ffmpeg 9 ends where descriptor 3 takes no bytes.
    onProgress: () => undefined,
  });
  if (result.exitCode !== 0) throw renderFailed(result);
}

/**
 * `rubberband` keeps sounds evenly apart; `atempo` lets them waver by up to 25 ms below half the speed (measured with beeps,
 * ffmpeg 5.1.9, November 2026). Both are off by a length that depends on the speed, which is put right here.
 */
function stretchFilters({ speed, samples }: StretchOrder, hasRubberband: boolean): string[] {
  const tempo = hasRubberband ? [`${RUBBERBAND}=tempo=${speed}`] : tempoChain(speed);
  const early = Math.round(
    (-offsetMs(speed, hasRubberband ? RUBBERBAND_OFFSETS : ATEMPO_OFFSETS) * SAMPLE_RATE) / 1000,
  );
  const moved =
    early > 0
      ? [`adelay=delays=${early}S:all=1`]
      : early < 0
        ? [`atrim=start_sample=${-early}`, 'asetpts=N/SR/TB']
        : [];
  return [...tempo, ...moved, `apad=whole_len=${samples}`, `atrim=end_sample=${samples}`];
}

/** Twice the speed and half of it at most in one filter: beyond, `atempo` drops whole parts. */
function tempoChain(speed: number): string[] {
  if (speed > 2) return ['atempo=2', `atempo=${speed / 2}`];
  return speed < 0.5 ? ['atempo=0.5', `atempo=${speed / 0.5}`] : [`atempo=${speed}`];
}

type Offsets = readonly (readonly [speed: number, ms: number])[];

/** How much too late beeps begin, in milliseconds; measured for these speeds. */
const RUBBERBAND_OFFSETS: Offsets = [
  [0.25, -94.3],
  [0.35, -59.2],
  [0.5, -32.6],
  [0.75, -14.2],
  [1, 0],
];
const ATEMPO_OFFSETS: Offsets = [
  [0.25, -147],
  [0.35, -99],
  [0.5, -51],
  [0.75, -26],
  [1.25, -15],
  [2, -14],
  [4, -20],
];

/** Between measured speeds along a straight line; beyond them as at the nearest. */
function offsetMs(speed: number, offsets: Offsets): number {
  const above = offsets.findIndex(([known]) => known >= speed);
  const high = offsets.at(above);
  const low = offsets.at(Math.max(above - 1, above === -1 ? -1 : 0));
  if (!low || !high) return 0;
  if (low[0] === high[0]) return high[1];
  return low[1] + ((speed - low[0]) / (high[0] - low[0])) * (high[1] - low[1]);
}
