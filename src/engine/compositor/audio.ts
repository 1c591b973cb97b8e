import { SAMPLE_RATE, type AudioClip } from '../../composition/composition.js';
import { INPUT_GUARDS } from '../limits.js';
import { expressionOf } from './expression.js';
import { AUDIO_PAD, type InputList, type LocatedAudio } from './render-plan.js';

/** Filters that `audioChains` uses. */
export const AUDIO_FILTERS = [
  'adelay',
  'aevalsrc',
  'afade',
  'aformat',
  'alimiter',
  'amix',
  'amultiply',
  'anullsrc',
  'apad',
  'aresample',
  'asetpts',
  'atrim',
  'pan',
  'volume',
];

const FORMAT = `aformat=sample_fmts=fltp:sample_rates=${SAMPLE_RATE}:channel_layouts=stereo`;

/** Just below full scale, for what AAC adds. `level=0`: do not make the rest louder. */
const LIMITER = 'alimiter=limit=0.95:attack=5:release=50:level=0:latency=1';

/**
 * Mixes audio clips into exactly `samples` of 48 kHz stereo: silence where there is none, no change of a clip's loudness by the
 * presence of another, no clipping. @returns the chains; the last ends in `AUDIO_PAD`.
 */
export function audioChains(
  clips: readonly AudioClip[],
  samples: number,
  inputs: InputList,
  audio: (uri: string) => LocatedAudio,
): string[] {
  const exact = `apad=whole_len=${samples},atrim=end_sample=${samples}`;
  if (clips.length === 0)
    return [`anullsrc=r=${SAMPLE_RATE}:cl=stereo,${FORMAT},atrim=end_sample=${samples}[${AUDIO_PAD}]`];
  const chains = clips.flatMap((clip, i) => audioChain(clip, `audio${i}`, inputs, audio(clip.asset.uri)));
  const pads = clips.map((_, i) => `[audio${i}]`).join('');
  const mix = clips.length > 1 ? `amix=inputs=${clips.length}:normalize=0:duration=longest:dropout_transition=0,` : '';
  const mayClip = clips.length > 1 || clips.some(({ gainDb }) => typeof gainDb !== 'number' || gainDb > 0);
  return [...chains, `${pads}${mix}${mayClip ? `${LIMITER},` : ''}${exact},asetpts=N/SR/TB,${FORMAT}[${AUDIO_PAD}]`];
}

function audioChain(clip: AudioClip, pad: string, inputs: InputList, { file, details }: LocatedAudio): string[] {
  const seconds = (clip.samples / SAMPLE_RATE + 1).toFixed(3);
  const input = inputs.add({
    file,
    options: [...INPUT_GUARDS, '-threads', '1', ...(clip.loop ? ['-stream_loop', '-1'] : []), '-t', seconds],
    field: clip.asset.field,
    frames: 0,
  });
  const source = [
    `[${input}:${details.streamIndex}]aresample=${SAMPLE_RATE}`,
    // The mixer's own way from mono to stereo makes it quieter by 3 dB.
    ...(details.channels === 1 ? ['pan=stereo|c0=c0|c1=c0'] : []),
    FORMAT,
    // By the count of samples: a file's own times may have gaps, and a loop's do.
    'asetpts=N/SR/TB',
    `atrim=end_sample=${clip.samples}`,
  ];
  const end = [...fadeOut(clip), ...(clip.startSample > 0 ? [`adelay=delays=${clip.startSample}S:all=1`] : [])];
  if (typeof clip.gainDb === 'number') {
    const volume = clip.gainDb === 0 ? [] : [`volume=${clip.gainDb.toFixed(2)}dB`];
    return [`${[...source, ...volume, ...end].join(',')}[${pad}]`];
  }
  // `volume` changes only every 1,024 samples, which is heard; an envelope multiplied with the audio changes with each sample.
  const gain = `pow(10,(${expressionOf(clip.gainDb, 'n')})/20)`;
  return [
    `aevalsrc=exprs='${gain}|${gain}':channel_layout=stereo:sample_rate=${SAMPLE_RATE},${FORMAT},atrim=end_sample=${clip.samples}[${pad}g]`,
    `${source.join(',')}[${pad}s]`,
    `[${pad}s][${pad}g]amultiply${end.map((filter) => `,${filter}`).join('')}[${pad}]`,
  ];
}

function fadeOut(clip: AudioClip): string[] {
  if (clip.fadeOutSamples === 0) return [];
  return [`afade=t=out:start_sample=${clip.samples - clip.fadeOutSamples}:nb_samples=${clip.fadeOutSamples}`];
}
