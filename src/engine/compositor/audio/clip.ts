import { SAMPLE_RATE, type AudioClip } from '../../../composition/composition.js';
import { BYTES_PER_SAMPLE, PCM_INPUT_OPTIONS } from '../../audio/pcm.js';
import { trimStartOf } from '../../audio/pcm-key.js';
import type { InputList, PcmFile } from '../render-plan.js';
import { AUDIO_FORMAT, ENVELOPE_FILTERS, envelopeChain } from './envelope.js';
import { curveGain, curveOption } from './fade-curves.js';

/** Filters that `audioClipChains` uses. */
export const AUDIO_CLIP_FILTERS = ['aeval', 'afade', 'asetpts', 'pan', 'volume', ...ENVELOPE_FILTERS];

const PANS: Readonly<Record<NonNullable<AudioClip['channels']>, string>> = {
  LEFT: 'pan=stereo|FL=FL|FR=FL',
  RIGHT: 'pan=stereo|FL=FR|FR=FR',
  MONO: 'pan=stereo|FL=0.5*FL+0.5*FR|FR=0.5*FL+0.5*FR',
  SWAP: 'pan=stereo|FL=FR|FR=FL',
};

/** A clip from its first sample on, with its gain and its fades. The last chain ends in the filters `end` and in `pad`. */
export function audioClipChains(
  clip: AudioClip,
  { pad, end: last }: { readonly pad: string; readonly end: readonly string[] },
  inputs: InputList,
  { file }: PcmFile,
): string[] {
  const trim = trimStartOf(clip);
  // A loop begins again at the beginning of the file, which must not be skipped then.
  const skipped = clip.loop ? 0 : trim;
  const start = trim - skipped;
  const seconds = ((start + clip.samples) / SAMPLE_RATE + 1).toFixed(3);
  const options = [
    ...PCM_INPUT_OPTIONS,
    ...(skipped > 0 ? ['-skip_initial_bytes', String(skipped * BYTES_PER_SAMPLE)] : []),
    ...(clip.loop ? ['-stream_loop', '-1'] : []),
    ...['-t', seconds],
  ];
  const { uri, field } = clip.asset;
  const input = inputs.add({ file, options, uri, field, frames: 0, pixels: 0 });
  const source = [
    `[${input}:a]${AUDIO_FORMAT}`,
    ...(clip.channels ? [PANS[clip.channels]] : []),
    // By the count of samples: a loop's times need not be exact.
    'asetpts=N/SR/TB',
    ...(start > 0
      ? [`atrim=start_sample=${start}:end_sample=${start + clip.samples}`, 'asetpts=N/SR/TB']
      : [`atrim=end_sample=${clip.samples}`]),
  ];
  const end = [...fades(clip), ...last];
  if (typeof clip.gainDb === 'number') {
    const volume = clip.gainDb === 0 ? [] : [`volume=${clip.gainDb.toFixed(2)}dB`];
    return [`${[...source, ...volume, ...end].join(',')}[${pad}]`];
  }
  return [
    envelopeChain(clip.gainDb, clip.samples, `${pad}g`),
    `${source.join(',')}[${pad}s]`,
    `[${pad}s][${pad}g]amultiply${end.map((filter) => `,${filter}`).join('')}[${pad}]`,
  ];
}

function fades(clip: AudioClip): string[] {
  const { samples, fadeInSamples = 0, fadeOutSamples, fadeInBefore = 0, fadeOutAfter = 0 } = clip;
  const [rise, fall] = [curveOption(clip.fadeInCurve), curveOption(clip.fadeOutCurve)];
  const reachesBeyond = fadeInBefore + fadeInSamples > samples || fadeOutAfter + fadeOutSamples > samples;
  if (fadeInBefore > 0 || fadeOutAfter > 0 || reachesBeyond) return [partOfFades(clip)];
  return [
    ...(fadeInSamples > 0 ? [`afade=t=in:start_sample=0:nb_samples=${fadeInSamples}${rise}`] : []),
    ...(fadeOutSamples > 0
      ? [`afade=t=out:start_sample=${samples - fadeOutSamples}:nb_samples=${fadeOutSamples}${fall}`]
      : []),
  ];
}

/** Fades that begin before the clip or end after it, which `afade` knows nothing of. */
function partOfFades({ samples, fadeInSamples = 0, fadeOutSamples, ...beyond }: AudioClip): string {
  const { fadeInBefore = 0, fadeOutAfter = 0, fadeInCurve, fadeOutCurve } = beyond;
  const factors = [
    ...(fadeInSamples > 0 ? [curveGain(`clip((n+${fadeInBefore})/${fadeInSamples},0,1)`, fadeInCurve)] : []),
    ...(fadeOutSamples > 0
      ? [curveGain(`clip((${samples + fadeOutAfter}-n)/${fadeOutSamples},0,1)`, fadeOutCurve)]
      : []),
  ].join('*');
  return `aeval=exprs='val(0)*${factors}|val(1)*${factors}':channel_layout=same`;
}
