import { SAMPLE_RATE, type AudioClip, type Composition } from '../../../composition/composition.js';
import { limiter, LIMITER_FILTERS } from '../../audio/limiter.js';
import { AUDIO_PAD, type InputList, type PcmFile } from '../render-plan.js';
import { busChains, BUS_FILTERS } from './buses.js';
import { mix } from './mix.js';
import { AUDIO_FORMAT } from './envelope.js';
import { laneChains, lanesOf, LANE_FILTERS } from './lanes.js';

/** Filters that `soundtrackChains` uses. */
export const AUDIO_FILTERS = [
  ...['aformat', 'amix', 'anullsrc', 'apad', 'asetpts', 'atrim', 'volume'],
  ...LANE_FILTERS,
  ...BUS_FILTERS,
  ...LIMITER_FILTERS,
];

/** All that sounds in a composition. */
export type Soundtrack = Pick<Composition, 'audio' | 'buses' | 'mastering' | 'samples'>;

/**
 * Mixes audio clips into exactly `samples` of 48 kHz stereo: silence where there is none, no change of a clip's loudness by the
 * presence of another unless a bus asks for it, no clipping. @returns the chains; the last ends in `AUDIO_PAD`.
 */
export function soundtrackChains(
  { audio: clips, buses = [], mastering, samples }: Soundtrack,
  inputs: InputList,
  pcm: (clip: AudioClip) => PcmFile,
): string[] {
  const exact = `apad=whole_len=${samples},atrim=end_sample=${samples}`;
  if (clips.length === 0)
    return [`anullsrc=r=${SAMPLE_RATE}:cl=stereo,${AUDIO_FORMAT},atrim=end_sample=${samples}[${AUDIO_PAD}]`];
  const lanes = lanesOf(clips).map((lane, index) => ({ lane, pad: `audio${index}` }));
  const chains = lanes.flatMap(({ lane, pad }) => laneChains(lane, { pad, delay: lane.startSample }, inputs, pcm));
  const padsOf = (bus: number | undefined) => lanes.filter(({ lane }) => lane.bus === bus).map(({ pad }) => pad);
  const mixed = busChains(buses, padsOf, samples);
  const all = [...padsOf(undefined), ...mixed.pads];
  // `amix` forgets what it holds of a sound that ends while it waits for a late one: then none ends before the video.
  const lasting = mixed.lateSamples > 0 && all.length > 1;
  const pads = lasting ? all.map((pad) => `${pad}l`) : all;
  const ends = lasting ? all.map((pad) => `[${pad}]apad=whole_len=${samples + mixed.lateSamples}[${pad}l]`) : [];
  const gain = mastering && mastering.gainDb !== 0 ? [`volume=${mastering.gainDb.toFixed(2)}dB`] : [];
  const limit = mastering?.truePeakDbtp === null ? [] : [limiter(mastering?.truePeakDbtp)];
  const end = [...mix(pads.length), ...gain, ...limit, exact, 'asetpts=N/SR/TB', AUDIO_FORMAT];
  return [
    ...chains,
    ...mixed.chains,
    ...ends,
    `${pads.map((pad) => `[${pad}]`).join('')}${end.join(',')}[${AUDIO_PAD}]`,
  ];
}
