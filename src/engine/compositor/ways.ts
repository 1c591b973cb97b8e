/** The way of a finished picture or sound: through filters in a row to a pad that a file takes, or on in several ways. */
export interface Way {
  readonly filters: readonly string[];
  readonly to: string | readonly Way[];
}

/** Filters that `wayChains` uses, and those of audio codecs. */
export const WAY_FILTERS = ['asetnsamples', 'asplit', 'null', 'anull', 'split'];

/** Filters that copy nothing but references: a picture is made once for all of its ways. */
const SPLITTERS = { video: { split: 'split', none: 'null' }, audio: { split: 'asplit', none: 'anull' } } as const;

/** The chains of a way from a pad. @param name begins the names of the pads between. */
export function wayChains(from: string, way: Way, kind: keyof typeof SPLITTERS, name: string): string[] {
  const { split, none } = SPLITTERS[kind];
  if (typeof way.to === 'string') return [`[${from}]${orNone(way.filters, none)}[${way.to}]`];
  const [only, ...others] = way.to;
  if (only && others.length === 0)
    return wayChains(from, { filters: [...way.filters, ...only.filters], to: only.to }, kind, name);
  const pads = way.to.map((_, i) => `${name}${i}`);
  const start = `[${from}]${[...way.filters, `${split}=${pads.length}`].join(',')}${pads.map((pad) => `[${pad}]`).join('')}`;
  return [start, ...way.to.flatMap((next, i) => wayChains(pads[i] ?? '', next, kind, `${pads[i] ?? ''}_`))];
}

function orNone(filters: readonly string[], none: string): string {
  return filters.length > 0 ? filters.join(',') : none;
}
