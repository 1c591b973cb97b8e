import type { Composition, Mastering } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';
import { AUDIO_PAD, createInputList, type KnownMedia } from '../compositor/render-plan.js';
import { soundtrackChains, type Soundtrack } from '../compositor/audio/soundtrack.js';
import type { ToolContext } from '../process/run-tool.js';
import { RenderError } from '../../task/failure.js';
import { preparedAudio } from './prepared-audio.js';
import { runAudioGraph } from './run-audio-graph.js';

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
  const chains = soundtrackChains(soundtrack, inputs, preparedAudio(media));
  const stderr = await runAudioGraph(tools, {
    ...{ name: 'loudness', inputs: inputs.all, samples: soundtrack.samples },
    chains: [...chains, `[${AUDIO_PAD}]ebur128=framelog=verbose[measured]`],
    output: ['-map', '[measured]', '-f', 'null', '-'],
  });
  const found = [...stderr.matchAll(/^\s+I:\s+(-?[\d.]+|-inf|nan) LUFS/gm)].at(-1)?.[1];
  if (found === undefined) throw new RenderError('RENDER_FAILED', 'ffmpeg did not print the loudness');
  const lufs = Number(found);
  return Number.isFinite(lufs) ? Math.max(SILENCE_LUFS, lufs) : SILENCE_LUFS;
}
