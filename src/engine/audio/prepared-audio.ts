import type { AudioClip } from '../../composition/composition.js';
import type { KnownMedia, PcmFile } from '../compositor/render-plan.js';
import { pcmKey } from './pcm-key.js';

/** Finds the PCM of a clip among the audio that is prepared. */
export function preparedAudio({ audios }: Pick<KnownMedia, 'audios'>): (clip: AudioClip) => PcmFile {
  return (clip) => {
    const found = audios.get(pcmKey(clip));
    if (!found) throw new RangeError('audio of the composition was not prepared');
    return found;
  };
}
