import { SAMPLE_RATE, type AudioBus, type Duck } from '../../../composition/composition.js';
import { mix } from './mix.js';

/** Filters that `busChains` uses. */
export const BUS_FILTERS = [
  'adelay',
  'amix',
  'anull',
  'apad',
  'asetpts',
  'asplit',
  'atrim',
  'sidechaincompress',
  'volume',
];

/** Each bus as one pad of the mix; one of them may come `lateSamples` later than others. @param padsOf the clips of a bus; a bus without any takes no part. */
export function busChains(
  buses: readonly AudioBus[],
  padsOf: (bus: number) => readonly string[],
  samples: number,
): { readonly chains: readonly string[]; readonly pads: readonly string[]; readonly lateSamples: number } {
  const chains: string[] = [];
  const sounding = buses.flatMap((bus, index) => (padsOf(index).length > 0 ? [{ ...bus, index }] : []));
  const isSounding = (index: number) => sounding.some((bus) => bus.index === index);
  const ducked = sounding.flatMap(({ duck, index }) => (duck && isSounding(duck.under) ? [{ duck, index }] : []));
  for (const { gainDb, index } of sounding) {
    const pads = padsOf(index);
    // Others that make room for it listen to it as it is before it makes room itself.
    const listeners = ducked.filter(({ duck }) => duck.under === index).map((other) => `key${other.index}`);
    const filters = [...mix(pads.length), ...(gainDb === 0 ? [] : [`volume=${gainDb.toFixed(2)}dB`])];
    const ways = [`bus${index}`, ...listeners];
    if (ways.length > 1) filters.push(`asplit=${ways.length}`);
    chains.push(`${list(pads)}${filters.length > 0 ? filters.join(',') : 'anull'}${list(ways)}`);
  }
  for (const { duck, index } of ducked) chains.push(...duckChains(duck, index, samples));
  return {
    chains,
    pads: sounding.map(({ index }) => (ducked.some((bus) => bus.index === index) ? `ducked${index}` : `bus${index}`)),
    lateSamples: ducked.length > 0 ? LOOK_AHEAD : 0,
  };
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
