import { SAMPLE_RATE } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';
import { readAudioStreams } from '../audio/audio-streams.js';
import { judgeAudioDamage } from '../audio/damage/audio-damage.js';
import { prepareAudio } from '../audio/prepare-audio.js';
import type { PcmFile } from '../compositor/render-plan.js';
import type { ToolContext } from '../process/run-tool.js';
import type { AudioInput } from './known-inputs.js';

export interface AudioInputOrder {
  /** A link in the scratch folder, and the field of the request that named it. */
  readonly file: string;
  readonly field: string;
  /** Whether its real length decides the video's. */
  readonly measured: boolean;
  readonly purpose: 'RENDER' | 'INSPECTION';
}

interface ReadAudio {
  readonly input: AudioInput;
  readonly pcm: PcmFile | null;
  /** The warning about damage in it. */
  readonly damage: Warning | null;
}

/**
 * Reads an input with audio. What decides the video's length is decoded as a whole, once: for a render into the PCM that it is made of. Of other audio is
 * not known yet how much will be needed, so that it is only tried by an inspection, and prepared when the outputs are planned.
 * @throws RenderError as `readAudioStreams`, `prepareAudio` and `judgeAudioDamage`.
 */
export async function readAudioInput(
  context: ToolContext,
  { file, field, measured, purpose }: AudioInputOrder,
): Promise<ReadAudio> {
  const source = await readAudioStreams(context, { file, field });
  const isRender = purpose === 'RENDER';
  const [first] = source.streams;
  if (isRender && !measured) {
    const claimedUs = first?.claimedUs ?? null;
    return { input: { file, source, claimedUs, facts: { durationUs: claimedUs ?? 0 } }, pcm: null, damage: null };
  }
  const outFile = isRender ? `${file}.pcm` : null;
  const neededSamples = measured ? null : SAMPLE_RATE;
  const { samples, stream, damage } = await prepareAudio(context, { file, field, source, neededSamples, outFile });
  const durationUs = measured ? Math.round((samples * 1e6) / SAMPLE_RATE) : (stream.claimedUs ?? 0);
  const input = { file, source, claimedUs: stream.claimedUs, facts: { durationUs } };
  // What an inspection tries is too short for a share.
  const warning = measured ? judgeAudioDamage(damage, field) : null;
  return { input, pcm: outFile === null ? null : { file: outFile }, damage: warning };
}
