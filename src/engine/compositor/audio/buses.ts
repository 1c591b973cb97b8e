import { SAMPLE_RATE, type AudioBus, type Duck } from '../../../composition/composition.js';
import { ENVELOPE_FILTERS, envelopeChain } from './envelope.js';
import { curveOption } from './fade-curves.js';
import { mix } from './mix.js';

/** Filters that `busChains` uses. */
export const BUS_FILTERS = [
  'adelay',
  'afade',
  'amix',
  'anull',
  'apad',
  'asetpts',
  'asplit',
  'atrim',
  'sidechaincompress',
  'volume',
  ...ENVELOPE_FILTERS,
];

/** Each bus as one pad of the mix; one of them may come `lateSamples` later than others. @param padsOf the clips of a bus; a bus without any takes no part. */
export function busChains(
  buses: readonly AudioBus[],
  padsOf: (bus: number) => readonly string[],
  samples: number,
): { readonly chains: readonly string[]; readonly pads: readonly string[]; readonly lateSamples: number } {
  const chains: string[] = [];
  const isSounding = (index: number): boolean =>
    padsOf(index).length > 0 || buses.some(({ into }, other) => into === index && isSounding(other));
  const isDucked = (index: number) => {
    const duck = buses[index]?.duck ?? null;
    return duck !== null && isSounding(index) && isSounding(duck.under);
  };
  const within = (index: number | undefined) =>
    [...buses.keys()].filter((other) => buses[other]?.into === index && isSounding(other));
  const padOf = (index: number) => (isDucked(index) ? `ducked${index}` : `bus${index}`);
  const lateOf = (index: number): number =>
    Math.max(0, ...within(index).map(lateOf)) + (isDucked(index) ? LOOK_AHEAD : 0);
  buses.forEach((bus, index) => {
    if (!isSounding(index)) return;
    const inner = within(index);
    const sources = [...padsOf(index), ...inner.map(padOf)];
    const late = Math.max(0, ...inner.map(lateOf));
    // See `soundtrackChains`.
    const lasting = late > 0 && sources.length > 1;
    const pads = lasting ? sources.map((pad) => `${pad}w`) : sources;
    if (lasting) chains.push(...sources.map((pad) => `[${pad}]apad=whole_len=${samples + late}[${pad}w]`));
    // Others that make room for it listen to it as it is before it makes room itself.
    const listeners = [...buses.keys()].filter((other) => isDucked(other) && buses[other]?.duck?.under === index);
    const ways = [`bus${index}`, ...listeners.map((other) => `key${other}`)];
    const mixed = [...mix(pads.length), ...(lasting ? [`atrim=end_sample=${samples}`] : [])];
    const changed = [...changes(bus), ...(ways.length > 1 ? [`asplit=${ways.length}`] : [])];
    if (typeof bus.gainDb === 'number') {
      chains.push(`${list(pads)}${inARow([...mixed, ...changed])}${list(ways)}`);
    } else {
      chains.push(
        envelopeChain(bus.gainDb, samples + late, `bus${index}g`),
        `${list(pads)}${inARow(mixed)}[bus${index}m]`,
        `[bus${index}m][bus${index}g]${['amultiply', ...changed].join(',')}${list(ways)}`,
      );
    }
    if (bus.duck && isDucked(index)) chains.push(...duckChains(bus.duck, index, samples + late));
  });
  const all = within(undefined);
  return { chains, pads: all.map(padOf), lateSamples: Math.max(0, ...all.map(lateOf)) };
}

function inARow(filters: readonly string[]): string {
  return filters.length > 0 ? filters.join(',') : 'anull';
}

/** A gain that moves is an envelope beside them. */
function changes({ gainDb, fades }: AudioBus): string[] {
  const volume = typeof gainDb !== 'number' || gainDb === 0 ? [] : [`volume=${gainDb.toFixed(2)}dB`];
  if (!fades) return volume;
  const { startSample, endSample, inSamples, outSamples } = fades;
  const [rise, fall] = [curveOption(fades.inCurve), curveOption(fades.outCurve)];
  return [
    ...volume,
    ...(inSamples > 0 ? [`afade=t=in:start_sample=${startSample}:nb_samples=${inSamples}${rise}`] : []),
    ...(outSamples > 0 ? [`afade=t=out:start_sample=${endSample - outSamples}:nb_samples=${outSamples}${fall}`] : []),
  ];
}

/** How long before the other bus a bus gets quieter, so that the first word is heard. */
const LOOK_AHEAD = SAMPLE_RATE / 5;

/**
 * The other bus counts as sounding from about -54 dBFS on; it is heard 24 dB louder here, so that speech is far above the threshold and a bus is quieter by the
 * same amount under quiet and loud words.
 */
const KEY = { level: 16, threshold: 0.03, ratio: 20 } as const;

/** What is left of a fully compressed bus, about: the rest of its level comes from the uncompressed part of the mix. */
const RESIDUE = 0.02;

/** A bus that is delayed, compressed by what the other one does, and moved back. */
function duckChains({ amountDb, attackUs, releaseUs }: Duck, index: number, samples: number): string[] {
  const level = 10 ** (-amountDb / 20);
  const wet = Math.min(1, (1 - level) / (1 - RESIDUE));
  const { level: levelSc, threshold, ratio } = KEY;
  const options = [
    `threshold=${threshold}:ratio=${ratio}:knee=1:level_sc=${levelSc}`,
    `attack=${(attackUs / 1000).toFixed(2)}:release=${(releaseUs / 1000).toFixed(2)}:mix=${wet.toFixed(4)}`,
  ].join(':');
  const whole = samples + LOOK_AHEAD;
  return [
    `[bus${index}]adelay=delays=${LOOK_AHEAD}S:all=1,apad=whole_len=${whole}[late${index}]`,
    `[key${index}]apad=whole_len=${whole}[heard${index}]`,
    `[late${index}][heard${index}]sidechaincompress=${options},atrim=start_sample=${LOOK_AHEAD},asetpts=N/SR/TB[ducked${index}]`,
  ];
}

function list(pads: readonly string[]): string {
  return pads.map((pad) => `[${pad}]`).join('');
}
