import { SAMPLE_RATE, type AudioClip } from '../../composition/composition.js';
import { LIMITER, LIMITER_FILTERS } from '../audio/limiter.js';
import { PCM_INPUT_OPTIONS } from '../audio/pcm.js';
import { expressionOf } from './expression.js';
import { AUDIO_PAD, type InputList, type PcmFile } from './render-plan.js';

/** Filters that `audioChains` uses. */
export const AUDIO_FILTERS = [
  ...['adelay', 'aevalsrc', 'afade', 'aformat', 'amix', 'amultiply', 'anullsrc', 'apad', 'asetpts', 'atrim', 'volume'],
  ...LIMITER_FILTERS,
];

const FORMAT = `aformat=sample_fmts=fltp:sample_rates=${SAMPLE_RATE}:channel_layouts=stereo`;

/**
 * Mixes audio clips into exactly `samples` of 48 kHz stereo: silence where there is none, no change of a clip's loudness by the
 * presence of another, no clipping. @returns the chains; the last ends in `AUDIO_PAD`.
 */
export function audioChains(
  clips: readonly AudioClip[],
  samples: number,
  inputs: InputList,
  audio: (uri: string) => PcmFile,
): string[] {
  const exact = `apad=whole_len=${samples},atrim=end_sample=${samples}`;
  if (clips.length === 0)
    return [`anullsrc=r=${SAMPLE_RATE}:cl=stereo,${FORMAT},atrim=end_sample=${samples}[${AUDIO_PAD}]`];
  const chains = clips.flatMap((clip, i) => audioChain(clip, `audio${i}`, inputs, audio(clip.asset.uri)));
  const pads = clips.map((_, i) => `[audio${i}]`).join('');
  const mix = clips.length > 1 ? `amix=inputs=${clips.length}:normalize=0:duration=longest:dropout_transition=0,` : '';
  return [...chains, `${pads}${mix}${LIMITER},${exact},asetpts=N/SR/TB,${FORMAT}[${AUDIO_PAD}]`];
}

function audioChain(clip: AudioClip, pad: string, inputs: InputList, { file }: PcmFile): string[] {
  const seconds = (clip.samples / SAMPLE_RATE + 1).toFixed(3);
  const loop = clip.loop ? ['-stream_loop', '-1'] : [];
  const options = [...PCM_INPUT_OPTIONS, ...loop, '-t', seconds];
  const { uri, field } = clip.asset;
  const input = inputs.add({ file, options, uri, field, frames: 0, pixels: 0 });
  const source = [
    `[${input}:a]${FORMAT}`,
    // By the count of samples: a loop's times need not be exact.
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
