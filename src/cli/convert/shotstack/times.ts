import type { Source } from '../reader.js';
import { newNames } from '../names.js';
import type { Report } from '../report.js';
import { CLIP_LENGTH, secondsToNs, VIDEO_TIME } from '../time.js';
import { within } from '../reader.js';

/** When a clip starts: at a time, after the clip before it on its track, or with another one. */
export type Start =
  | { readonly kind: 'AT'; readonly ns: bigint }
  | { readonly kind: 'AFTER_PREVIOUS' }
  | { readonly kind: 'WITH'; readonly id: string };

/** How long a clip is. NATURAL: as long as its asset. */
export type Length =
  | { readonly kind: 'FIXED'; readonly ns: bigint }
  | { readonly kind: 'NATURAL' }
  | { readonly kind: 'TO_END' }
  | { readonly kind: 'SAME_AS'; readonly id: string };

/** The times of a clip. */
export interface Timed {
  /** Set when another clip may name it. */
  readonly id: string;
  readonly start: Start;
  readonly length: Length;
  /** Undefined: it follows from a file. */
  readonly startNs: bigint | undefined;
  /** Undefined: it follows from a file, or from the end of the video. */
  readonly lengthNs: bigint | undefined;
}

const ALIAS = /^alias:\/\/(.+)$/;

/** Assets whose own length only their file tells. */
const PLAYED = new Set(['video', 'audio', 'caption', 'luma']);

/** Shown so long unless it is said. */
const DEFAULT_LENGTH_NS = 5_000_000_000n;

/** The times of all clips of an edit. @param tracks their clips. */
export function timesOf(
  tracks: readonly (readonly Source[])[],
  report: Report,
): { of(track: number, clip: number): Timed } {
  const idOf = newNames();
  const aliases = new Map<string, { t: number; c: number }>();
  const names = tracks.map((clips, t) =>
    clips.map((clip, c) => {
      const alias = clip.text('alias');
      if (alias === undefined || alias === '') return '';
      if (aliases.has(alias)) {
        report.warn(`${clip.path}.alias`, 'is taken by an earlier clip; it is left out');
        return '';
      }
      aliases.set(alias, { t, c });
      return idOf(alias);
    }),
  );
  const known = tracks.map((clips) =>
    clips.map((clip) => ({ start: startOf(clip, aliases, idOf), length: lengthOf(clip, aliases, idOf) })),
  );
  const byId = new Map([...aliases].map(([alias, place]) => [idOf(alias), place]));
  const startNs = memo(known, (t, c): bigint | undefined => {
    const start = known[t]?.[c]?.start;
    if (start?.kind === 'AT') return start.ns;
    if (start?.kind === 'WITH') return at(byId.get(start.id), startNs);
    if (c === 0) return 0n;
    const [before, length] = [startNs(t, c - 1), lengthNs(t, c - 1)];
    return before === undefined || length === undefined ? undefined : before + length;
  });
  const lengthNs = memo(known, (t, c): bigint | undefined => {
    const length = known[t]?.[c]?.length;
    if (length?.kind === 'FIXED') return length.ns;
    if (length?.kind === 'SAME_AS') return at(byId.get(length.id), lengthNs);
    if (length?.kind !== 'NATURAL') return undefined;
    const type = tracks[t]?.[c]?.object('asset')?.text('type') ?? '';
    return PLAYED.has(type) ? undefined : DEFAULT_LENGTH_NS;
  });
  // In order, so that long rows of clips do not nest.
  tracks.forEach((clips, t) => {
    clips.forEach((_, c) => startNs(t, c));
  });
  return {
    of: (t, c) => ({
      id: names[t]?.[c] ?? '',
      start: known[t]?.[c]?.start ?? { kind: 'AFTER_PREVIOUS' },
      length: known[t]?.[c]?.length ?? { kind: 'NATURAL' },
      startNs: startNs(t, c),
      lengthNs: lengthNs(t, c),
    }),
  };
}

type Lookup = (t: number, c: number) => bigint | undefined;

function at(place: { t: number; c: number } | undefined, lookup: Lookup): bigint | undefined {
  return place && lookup(place.t, place.c);
}

/** Each value is found once; one that depends on itself is not known. */
function memo(table: readonly (readonly unknown[])[], find: Lookup): Lookup {
  const found: (bigint | undefined)[][] = table.map(() => []);
  const asked: boolean[][] = table.map(() => []);
  return (t, c) => {
    const [row, flags] = [found[t], asked[t]];
    if (!row || !flags) return undefined;
    if (flags[c] !== true) {
      flags[c] = true;
      row[c] = find(t, c);
    }
    return row[c];
  };
}

function startOf(clip: Source, aliases: ReadonlyMap<string, unknown>, idOf: (name: string) => string): Start {
  const given = clip.value('start');
  if (given === undefined || given === 'auto') return { kind: 'AFTER_PREVIOUS' };
  const id = referenceIn(clip, 'start', given, aliases, idOf);
  if (id !== undefined) return id === '' ? { kind: 'AFTER_PREVIOUS' } : { kind: 'WITH', id };
  const ns = clip.time('start', VIDEO_TIME);
  return ns === undefined ? { kind: 'AFTER_PREVIOUS' } : { kind: 'AT', ns };
}

function lengthOf(clip: Source, aliases: ReadonlyMap<string, unknown>, idOf: (name: string) => string): Length {
  const given = clip.value('length');
  if (given === undefined || given === 'auto') return { kind: 'NATURAL' };
  if (given === 'end') return { kind: 'TO_END' };
  const id = referenceIn(clip, 'length', given, aliases, idOf);
  if (id !== undefined) return id === '' ? { kind: 'NATURAL' } : { kind: 'SAME_AS', id };
  const seconds = clip.number('length');
  if (seconds === undefined) return { kind: 'NATURAL' };
  const possible = within(seconds, CLIP_LENGTH, (message) => {
    clip.warn('length', message);
  });
  return { kind: 'FIXED', ns: secondsToNs(possible) };
}

/** The id of the clip that a value names; empty when there is none; undefined when it names no clip. */
function referenceIn(
  clip: Source,
  key: string,
  given: unknown,
  aliases: ReadonlyMap<string, unknown>,
  idOf: (name: string) => string,
): string | undefined {
  const name = typeof given === 'string' ? ALIAS.exec(given)?.[1] : undefined;
  if (name === undefined) return undefined;
  if (aliases.has(name) && clip.text('alias') !== name) return idOf(name);
  clip.warn(key, `names the clip “${name}”, which there is not; it is “auto” here`);
  return '';
}
