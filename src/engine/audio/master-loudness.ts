import { SAMPLE_RATE, type Composition, type Mastering } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';
import { AUDIO_PAD, createInputList, type KnownMedia } from '../compositor/render-plan.js';
import { soundtrackChains, type Soundtrack } from '../compositor/audio/soundtrack.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';

/** Filters that `masterLoudness` uses beside those of a soundtrack. */
export const LOUDNESS_FILTERS = ['ebur128'];

/** The loudness that EBU R 128 calls absolute silence. */
const SILENCE_LUFS = -70;
/** Where a second look changes something: where peaks were held down. */
const CLOSE_LU = 0.1;
/** From here on the caller is told. */
const OFF_LU = 0.5;
/** More gain than this brings up nothing but noise. */
const MOST_GAIN_DB = 40;

export interface Mastered {
  /** With its mastering. */
  readonly composition: Composition;
  readonly warnings: readonly Warning[];
}

/**
 * Decides the gain that gives a composition's mix its loudness: it measures the mix, and once more with its peaks limited, since those take loudness away.
 * @throws RenderError as `runTool`, or RENDER_FAILED.
 */
export async function masterLoudness(
  tools: ToolContext,
  composition: Composition,
  media: Pick<KnownMedia, 'audios'>,
): Promise<Mastered> {
  const { loudness } = composition;
  if (!loudness) return { composition, warnings: [] };
  const { integratedLufs: target, truePeakDbtp, field } = loudness;
  const measure = (mastering: Mastering) => measureLoudness(tools, { ...composition, mastering }, media);
  const mastered = (mastering: Mastering, warnings: readonly Warning[]): Mastered => {
    return { composition: { ...composition, mastering }, warnings };
  };
  const mixed = await measure({ gainDb: 0, truePeakDbtp: null });
  if (mixed <= SILENCE_LUFS) return mastered({ gainDb: 0, truePeakDbtp }, [warning(field, target, null)]);
  let gainDb = limited(target - mixed);
  let reached = await measure({ gainDb, truePeakDbtp });
  if (Math.abs(reached - target) > CLOSE_LU) {
    gainDb = limited(gainDb + target - reached);
    reached = await measure({ gainDb, truePeakDbtp });
  }
  const isOff = Math.abs(reached - target) > OFF_LU;
  return mastered({ gainDb, truePeakDbtp }, isOff ? [warning(field, target, reached)] : []);
}

function limited(gainDb: number): number {
  return Math.max(-MOST_GAIN_DB, Math.min(MOST_GAIN_DB, gainDb));
}

function warning(field: string, target: number, reached: number | null): Warning {
  const message =
    reached === null
      ? `the soundtrack is silent: it cannot have ${target} LUFS`
      : `the soundtrack has ${reached.toFixed(1)} LUFS and not ${target}: its peaks do not allow more`;
  return { code: 'LOUDNESS_NOT_REACHED', message, field, count: 1 };
}

/** Integrated loudness in LUFS. */
async function measureLoudness(
  tools: ToolContext,
  soundtrack: Soundtrack,
  media: Pick<KnownMedia, 'audios'>,
): Promise<number> {
  const inputs = createInputList();
  const pcm = (key: string) => {
    const found = media.audios.get(key);
    if (!found) throw new RangeError('audio of the composition was not prepared');
    return found;
  };
  const graph = [...soundtrackChains(soundtrack, inputs, pcm), `[${AUDIO_PAD}]ebur128=framelog=verbose[measured]`].join(
    ';\n',
  );
  const args = [
    ...['-nostdin', '-hide_banner', '-nostats', '-y', '-v', 'info'],
    ...['-stats_period', '0.2', '-progress', 'pipe:3'],
    ...inputs.all.flatMap(({ file, options }) => [...options, '-i', `file:${file}`]),
    ...['-filter_complex', graph, '-map', '[measured]', '-f', 'null', '-'],
  ];
  const result = await runTool(tools, 'ffmpeg', args, {
    graph,
    // It has nobody to tell, but ffmpeg 9 ends where descriptor 3 takes no bytes.
    onProgress: () => undefined,
    planned: { endUs: Math.round((soundtrack.samples * 1e6) / SAMPLE_RATE), frameUs: 1e6 },
  });
  if (result.exitCode !== 0) throw renderFailed(result);
  const found = [...result.stderrTail.matchAll(/^\s+I:\s+(-?[\d.]+|-inf|nan) LUFS/gm)].at(-1)?.[1];
  if (found === undefined) throw renderFailed(result);
  const lufs = Number(found);
  return Number.isFinite(lufs) ? Math.max(SILENCE_LUFS, lufs) : SILENCE_LUFS;
}
