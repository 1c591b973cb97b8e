import path from 'node:path';
import { prepareAudio } from '../audio/prepare-audio.js';
import { repeatPcm } from '../audio/repeat-pcm.js';
import type { ToolContext } from '../process/run-tool.js';
import type { KnownInputs } from './known-inputs.js';
import type { AudioStep } from './plan-audio.js';

/** Decoding takes a core. */
export const AUDIO_STEPS_AT_ONCE = 2;

/** Does a step's work, and puts the PCM among the known inputs. @throws RenderError as `prepareAudio`. */
export async function performAudioStep(
  { asset, neededSamples, loops }: AudioStep,
  { tools, known }: { readonly tools: ToolContext; readonly known: KnownInputs },
): Promise<void> {
  const input = known.audioInputs.get(asset.uri);
  if (!input) throw new RangeError('a composition uses audio that its form did not name');
  const { file, source } = input;
  const outFile = `${file}.pcm`;
  const { samples } = await prepareAudio(tools, { file, field: asset.field, source, neededSamples, outFile });
  if (loops) await repeatPcm(path.join(tools.cwd, outFile), samples);
  known.audios.set(asset.uri, { file: outFile });
}
