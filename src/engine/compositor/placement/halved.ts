/** Filters that `halvedChains` uses. */
export const HALVED_FILTERS = ['format', 'mergeplanes', 'premultiply', 'scale', 'split', 'unpremultiply'];

interface HalvedPlace {
  /** Pads: a picture in 4:4:4, both sides even; the same with colours for two by two pixels, in `yuva420p`. */
  readonly from: string;
  readonly to: string;
  /** Whether its colours are multiplied by alpha. */
  readonly isMultiplied: boolean;
}

/**
 * Chains that halve the resolution of colours. Each pixel counts as much as it is seen: by itself a conversion would mix in the hidden colours of transparent ones. `overlay` takes the
 * mean of the four alphas for the four pixels' colour, which is what was divided by here.
 */
export function halvedChains({ from, to, isMultiplied }: HalvedPlace): string[] {
  const [brightness, colors] = isMultiplied ? ['unpremultiply=inplace=1', ''] : ['null', 'premultiply=inplace=1,'];
  const half = 'scale=iw/2:ih/2:flags=area+accurate_rnd+full_chroma_int+full_chroma_inp';
  const planes = [0, 1, 1, 0].map((input, plane) => `map${plane}s=${input}:map${plane}p=${plane}`).join(':');
  return [
    `[${from}]format=yuva444p,split[${to}y][${to}u]`,
    `[${to}y]${brightness}[${to}b]`,
    `[${to}u]${colors}${half},unpremultiply=inplace=1,format=yuva444p[${to}c]`,
    `[${to}b][${to}c]mergeplanes=${planes}:format=yuva420p[${to}]`,
  ];
}
