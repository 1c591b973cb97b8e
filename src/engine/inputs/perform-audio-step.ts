import path from 'node:path';
import { judgeAudioDamage } from '../audio/damage/audio-damage.js';
import { forwardKey, loopKey } from '../audio/pcm-key.js';
import { prepareAudio } from '../audio/prepare-audio.js';
import { repeatPcm } from '../audio/repeat-pcm.js';
import { reversePcm } from '../audio/reverse-pcm.js';
import { stretchPcm } from '../audio/stretch-pcm.js';
import type { ToolContext } from '../process/run-tool.js';
import type { KnownInputs } from './known-inputs.js';
import type { AudioStep } from './plan-audio.js';

/** Decoding takes a core. */
export const AUDIO_STEPS_AT_ONCE = 2;

interface AudioContext {
  readonly tools: ToolContext;
  readonly known: KnownInputs;
}

/** Does a step's work, and puts the PCM among the known inputs. @throws RenderError as `prepareAudio`, `judgeAudioDamage` and `stretchPcm`. */
export async function performAudioStep(step: AudioStep, { tools, known }: AudioContext): Promise<void> {
  const { asset } = step;
  const input = known.audioInputs.get(asset.uri);
  if (!input) throw new RangeError('a composition uses audio that its form did not name');
  const { file, source } = input;
  switch (step.kind) {
    case 'prepare-audio': {
      const outFile = `${file}.pcm`;
      const order = { file, field: asset.field, source, neededSamples: step.neededSamples, outFile };
      const { damage } = await prepareAudio(tools, order);
      const warning = judgeAudioDamage(damage, asset.field);
      if (warning) known.audioDamage.set(asset.uri, warning);
      known.audios.set(asset.uri, { file: outFile });
      return;
    }
    case 'stretch-audio': {
      const { speed, samples } = step;
      const prepared = known.audios.get(asset.uri);
      if (!prepared) throw new RangeError('audio is stretched once it is prepared');
      const outFile = `${file}-${speed}.pcm`;
      await stretchPcm(tools, { file: prepared.file, outFile, speed, samples, field: asset.field });
      known.audios.set(forwardKey(step), { file: outFile });
      return;
    }
    case 'repeat-audio': {
      const forwards = known.audios.get(forwardKey(step));
      if (!forwards) throw new RangeError('audio is repeated once it is prepared');
      const outFile = `${file}-${step.id.replaceAll(' ', '-')}.pcm`;
      const at = (name: string) => path.join(tools.cwd, name);
      const isRepeated = await repeatPcm(at(forwards.file), at(outFile));
      known.audios.set(loopKey(step), isRepeated ? { file: outFile } : forwards);
      return;
    }
    case 'reverse-audio': {
      const { startSample, samples, key, id } = step;
      const forwards = known.audios.get(forwardKey(step));
      if (!forwards) throw new RangeError('audio is reversed once it is prepared');
      const outFile = `${file}-${id.replaceAll(' ', '-')}.pcm`;
      const at = (name: string) => path.join(tools.cwd, name);
      await reversePcm(at(forwards.file), at(outFile), { startSample, samples, signal: tools.signal });
      known.audios.set(key, { file: outFile });
      return;
    }
  }
}
