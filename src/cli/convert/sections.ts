import type { Animation } from '../../../generated/cutroom/v1/timeline.js';
import {
  Animation_Kind,
  type Clip,
  ColorAsset,
  Clip as ClipMessage,
  type Track,
} from '../../../generated/cutroom/v1/timeline.js';
import type { Report } from './report.js';
import { placeIn, type Placed, type SectionTransition } from './section-lanes.js';
import { trackOf } from './spec.js';
import { durationOf, least } from './time.js';

/** How long a layer is shown: as long as its section, a time, or as long as its file. */
export type LayerLength =
  | { readonly kind: 'WHOLE' }
  | { readonly kind: 'FIXED'; readonly ns: bigint }
  | { readonly kind: 'NATURAL' };

/** A layer of a section. */
export interface SectionLayer {
  /** Without id, times and transition. */
  readonly clip: Clip;
  /** From the start of its section. */
  readonly startNs: bigint;
  readonly length: LayerLength;
}

/** Layers that are shown together; sections follow each other. */
export interface Section {
  readonly path: string;
  /** The lowest first. */
  readonly layers: readonly SectionLayer[];
  /** Undefined: as long as its layer `timing`. */
  readonly lengthNs: bigint | undefined;
  /** The NATURAL layer that the section is as long as. */
  readonly timing: number | undefined;
  /** What is seen where a section has no layer that lasts as long as it: `#RRGGBB`. */
  readonly background: string;
  /** To the next section, both of which are seen in it. */
  readonly transition: SectionTransition | undefined;
}

/** Sections on tracks. */
export interface PlacedSections {
  /** The lowest first. */
  readonly tracks: readonly Track[];
  /** The ids of the clips that are as long as their sections. */
  readonly bases: readonly string[];
  /** Undefined: it follows from a file. */
  readonly totalNs: bigint | undefined;
}

/** The shortest transition: a frame of the slowest video would be longer. */
const LEAST_TRANSITION_NS = 10_000_000n;

/**
 * Puts sections one after another. In each one layer, its base, carries the times: it has the id `NAME-N`, and the others start with it and are as long as it.
 * Layers at the same height that last as long as their sections are joined by the transition; the others fade in it.
 */
export function placeSections(sections: readonly Section[], name: string, report: Report): PlacedSections {
  const overlaps = sections.map((section, i) => overlapOf(section, sections[i + 1]));
  const lanes: Placed[][][] = [];
  const bases = sections.map((_, i) => `${name}-${i + 1}`);
  sections.forEach((given, i) => {
    const section = withBase(withWholes(given));
    const overlapNs = overlaps[i - 1] ?? 0n;
    const before = sections[i - 1]?.transition;
    const links = section.layers.map((layer, height) =>
      placeIn((lanes[height] ??= []), clipOf(section, layer, { i, bases, overlapNs }), {
        section: i,
        isWhole: isWhole(section, layer),
        isVisual: isVisual(layer.clip),
        transition: before && overlapNs > 0n ? { ...before, ns: overlapNs } : undefined,
        isOpen: isOpen(section, layer),
      }),
    );
    if (overlapNs > 0n && before && before.kind !== 'fade' && !links.every(Boolean))
      report.warn(sections[i - 1]?.path ?? '', `has the transition “${before.kind}”, in which single layers fade here`);
  });
  fadeUnlinked(lanes, overlaps);
  const lengths = sections.map(({ lengthNs }) => lengthNs);
  const isKnown = lengths.every((ns) => ns !== undefined);
  const sum = (values: readonly (bigint | undefined)[]) => values.reduce((total: bigint, ns) => total + (ns ?? 0n), 0n);
  return {
    tracks: lanes.flatMap((own) => own.map((placed) => trackOf(placed.map(({ clip }) => clip)))),
    bases,
    totalNs: isKnown ? sum(lengths) - sum(overlaps) : undefined,
  };
}

/** How long a section and the next one are both seen: at most half of either. */
function overlapOf({ transition, lengthNs }: Section, next: Section | undefined): bigint {
  if (!transition || !next) return 0n;
  const halves = [lengthNs, next.lengthNs].flatMap((ns) => (ns === undefined ? [] : [ns / 2n]));
  const ns = halves.reduce(least, transition.ns);
  return ns < LEAST_TRANSITION_NS ? 0n : ns;
}

/** The layer that carries the times of its section. */
function baseOf(section: Section): number {
  if (section.lengthNs === undefined && section.timing !== undefined) return section.timing;
  return section.layers.findIndex(
    ({ length, startNs, clip }) => length.kind === 'WHOLE' && startNs === 0n && isVisual(clip),
  );
}

/** A section whose layers that happen to last as long as it do so by their kind. */
function withWholes(section: Section): Section {
  const { lengthNs } = section;
  const isAsLong = ({ startNs, length }: SectionLayer) =>
    startNs === 0n && length.kind === 'FIXED' && lengthNs !== undefined && length.ns >= lengthNs;
  const whole = { kind: 'WHOLE' } as const;
  return { ...section, layers: section.layers.map((layer) => (isAsLong(layer) ? { ...layer, length: whole } : layer)) };
}

/** A section that has a base, if need be a surface below its layers. */
function withBase(section: Section): Section {
  if (section.layers[baseOf(section)]) return section;
  const surface = ClipMessage.fromPartial({
    asset: { $case: 'color', value: ColorAsset.fromPartial({ color: section.background }) },
  });
  return { ...section, layers: [{ clip: surface, startNs: 0n, length: { kind: 'WHOLE' } }, ...section.layers] };
}

function isWhole(section: Section, layer: SectionLayer): boolean {
  return layer.startNs === 0n && (layer.length.kind === 'WHOLE' || layer === section.layers[baseOf(section)]);
}

/** Whether a layer may last longer than its section. */
function isOpen(section: Section, layer: SectionLayer): boolean {
  const base = section.layers[baseOf(section)];
  if (section.lengthNs !== undefined || layer === base) return false;
  return layer.length.kind !== 'WHOLE' || layer.startNs !== base?.startNs;
}

function isVisual({ asset }: Clip): boolean {
  return asset?.$case !== 'audio' && asset?.$case !== 'subtitles';
}

interface Place {
  readonly i: number;
  readonly bases: readonly string[];
  readonly overlapNs: bigint;
}

/** A layer with its times, as if it were the first on its track. */
function clipOf(section: Section, layer: SectionLayer, { i, bases, overlapNs }: Place): Clip {
  const base = bases[i] ?? '';
  if (layer === section.layers[baseOf(section)]) {
    const before = bases[i - 1];
    return {
      ...layer.clip,
      id: base,
      begin: before === undefined ? startedAt(layer.startNs) : { $case: 'startAfter', value: before },
      offset: before === undefined || layer.startNs === overlapNs ? undefined : durationOf(layer.startNs - overlapNs),
      length: section.lengthNs === undefined ? undefined : { $case: 'duration', value: durationOf(section.lengthNs) },
    };
  }
  const laterNs = layer.startNs - (section.layers[baseOf(section)]?.startNs ?? 0n);
  return {
    ...layer.clip,
    begin: { $case: 'startWith', value: base },
    offset: laterNs === 0n ? undefined : durationOf(laterNs),
    length: lengthOf(section, layer, base),
  };
}

function startedAt(ns: bigint): Clip['begin'] {
  return ns === 0n ? undefined : { $case: 'start', value: durationOf(ns) };
}

function lengthOf({ lengthNs }: Section, { length, startNs }: SectionLayer, base: string): Clip['length'] {
  const leftNs = lengthNs === undefined ? undefined : lengthNs - startNs;
  switch (length.kind) {
    case 'WHOLE':
      return startNs === 0n || leftNs === undefined
        ? { $case: 'sameAs', value: base }
        : { $case: 'duration', value: durationOf(leftNs) };
    case 'FIXED':
      return { $case: 'duration', value: durationOf(leftNs === undefined ? length.ns : least(length.ns, leftNs)) };
    case 'NATURAL':
      return leftNs === undefined ? undefined : { $case: 'duration', value: durationOf(leftNs) };
  }
}

/** Layers that are seen in a transition but are not joined by it appear or disappear in its time. */
function fadeUnlinked(lanes: Placed[][][], overlaps: readonly bigint[]): void {
  for (const lane of lanes.flat()) {
    lane.forEach((placed, n) => {
      const { section, isWhole: whole, isVisual: visual, clip } = placed;
      if (!visual || !whole) return;
      const inNs = overlaps[section - 1] ?? 0n;
      const outNs = overlaps[section] ?? 0n;
      const isJoinedNext = lane[n + 1]?.isLinked === true;
      placed.clip = {
        ...clip,
        enter: !placed.isLinked && inNs > 0n ? (clip.enter ?? fade(inNs)) : clip.transition ? undefined : clip.enter,
        exit: isJoinedNext ? undefined : outNs > 0n ? (clip.exit ?? fade(outNs)) : clip.exit,
      };
    });
  }
}

function fade(ns: bigint): Animation {
  return { kind: Animation_Kind.KIND_FADE, duration: durationOf(ns), easing: '' };
}
