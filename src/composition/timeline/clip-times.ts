import type { Violation } from '../violation.js';
import { clipsOf, nameOf, type PlacedClip, type Timeline, transitionOf } from './timeline.js';

/** How long something without a length of its own is shown. */
export const DEFAULT_LENGTH_US = 5_000_000;

/** Times of a clip before they are cut at the end of the whole; null: not known without the inputs. Microseconds, not rounded. */
export interface ClipTimes {
  readonly startUs: number | null;
  readonly lengthUs: number | null;
  readonly endUs: number | null;
}

export interface TimelineTimes {
  /** In the order of `clipsOf`. */
  readonly clips: readonly ClipTimes[];
  /** Length of the whole; null: not known. */
  readonly totalUs: number | null;
  /** Clips whose times depend on themselves. */
  readonly circles: readonly Violation[];
}

/** A time that others depend on. TOTAL is the length of the whole. */
type Node = { readonly kind: 'START' | 'LENGTH'; readonly clip: number } | { readonly kind: 'TOTAL' };

/** What times are made of. */
interface Source {
  readonly timeline: Timeline;
  readonly placed: readonly PlacedClip[];
  /** The length of what a clip shows, at its speed; null: not known. */
  readonly naturalUs: (clip: number) => number | null;
  /** A time that another depends on. */
  readonly value: (node: Node) => number | null;
}

/**
 * The times of all clips as far as they follow from the request and the natural lengths.
 * @param naturalUs the length of what a clip shows, at its speed; null: not known.
 */
export function timesOf(timeline: Timeline, naturalUs: (clip: number) => number | null): TimelineTimes {
  const placed = clipsOf(timeline);
  const known = new Map<number, number | null>();
  const circles = new Map<string, Violation>();
  const keyOf = (node: Node) => (node.kind === 'TOTAL' ? -1 : 2 * node.clip + (node.kind === 'START' ? 0 : 1));
  // A list and no recursion: a chain through all clips is deeper than the stack.
  const value = (node: Node): number | null => {
    const way = [node];
    const pending = new Set([keyOf(node)]);
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const { result, missing } = tried(here, { timeline, placed, naturalUs }, (other) => known.get(keyOf(other)));
      if (missing === null) {
        known.set(keyOf(here), result);
        pending.delete(keyOf(here));
        way.pop();
      } else if (pending.has(keyOf(missing))) {
        const from = way.findIndex((other) => keyOf(other) === keyOf(missing));
        const circle = circleOf(way.slice(from), placed);
        circles.set(circle.field, circle);
        known.set(keyOf(missing), null);
      } else {
        pending.add(keyOf(missing));
        way.push(missing);
      }
    }
    return known.get(keyOf(node)) ?? null;
  };
  const clips = placed.map((_, clip) => {
    const startUs = value({ kind: 'START', clip });
    const lengthUs = value({ kind: 'LENGTH', clip });
    return { startUs, lengthUs, endUs: startUs === null || lengthUs === null ? null : startUs + lengthUs };
  });
  return { clips, totalUs: value({ kind: 'TOTAL' }), circles: [...circles.values()] };
}

/** A time as far as it follows from times that are known, and the first that is missing. */
function tried(
  node: Node,
  source: Omit<Source, 'value'>,
  knownOf: (node: Node) => number | null | undefined,
): { readonly result: number | null; readonly missing: Node | null } {
  const missing: Node[] = [];
  const value = (other: Node) => {
    const found = knownOf(other);
    if (found === undefined) missing.push(other);
    return found ?? null;
  };
  const result = evaluate(node, { ...source, value });
  return { result, missing: missing[0] ?? null };
}

function evaluate(node: Node, source: Source): number | null {
  switch (node.kind) {
    case 'TOTAL':
      return source.timeline.durationUs ?? lastEnd(source);
    case 'START':
      return startOf(node.clip, source);
    case 'LENGTH':
      return lengthOf(node.clip, source);
  }
}

function startOf(index: number, source: Source): number | null {
  const here = source.placed[index];
  const begin = here?.clip.begin;
  switch (begin?.kind) {
    case 'AT':
      return begin.us;
    case 'WITH':
      return later(source.value({ kind: 'START', clip: begin.clip }), begin.offsetUs);
    case 'AFTER':
      return later(endOf(begin.clip, source), begin.offsetUs);
    case 'AFTER_PREVIOUS':
      if (source.placed[index - 1]?.track !== here?.track) return 0;
      return later(endOf(index - 1, source), here ? -(transitionOf(here.clip)?.durationUs ?? 0) : 0);
    case 'UNKNOWN':
    case undefined:
      return null;
  }
}

function lengthOf(index: number, { placed, value, naturalUs }: Source): number | null {
  const length = placed[index]?.clip.length;
  switch (length?.kind) {
    case 'DURATION':
      return length.us;
    case 'SAME_AS':
      return value({ kind: 'LENGTH', clip: length.clip });
    case 'TO_END': {
      const start = value({ kind: 'START', clip: index });
      const total = value({ kind: 'TOTAL' });
      return start === null || total === null ? null : Math.max(0, total - start);
    }
    case 'NATURAL':
      return naturalUs(index);
    case 'UNKNOWN':
    case undefined:
      return null;
  }
}

function endOf(clip: number, { value }: Source): number | null {
  const start = value({ kind: 'START', clip });
  const length = value({ kind: 'LENGTH', clip });
  return start === null || length === null ? null : start + length;
}

/** Of the clips that have an end of their own; null: one of those is not known. */
function lastEnd(source: Source): number | null {
  const ends = source.placed.flatMap(({ clip }, i) => (clip.length.kind === 'TO_END' ? [] : [endOf(i, source)]));
  return ends.reduce((last: number | null, end) => (last === null || end === null ? null : Math.max(last, end)), 0);
}

/** It starts at 0 at the earliest. */
function later(us: number | null, byUs: number): number | null {
  return us === null ? null : Math.max(0, us + byUs);
}

/** The problem of times that depend on each other, at the first of them that says so in so many words. */
function circleOf(nodes: readonly Node[], placed: readonly PlacedClip[]): Violation {
  const clips = nodes.flatMap((node) => (node.kind === 'TOTAL' ? [] : (placed[node.clip]?.clip ?? [])));
  const fields = nodes.flatMap((node) => (node.kind === 'TOTAL' ? [] : referenceIn(node, placed)));
  const names = [...new Set(clips.map(nameOf))];
  const way = [...names, names[0] ?? ''].join(' → ');
  return {
    field: [...fields].sort()[0] ?? clips[0]?.field ?? '',
    description: `makes a circle: the time of this clip depends on itself (${way})`,
  };
}

function referenceIn({ kind, clip }: Exclude<Node, { kind: 'TOTAL' }>, placed: readonly PlacedClip[]): string[] {
  const here = placed[clip]?.clip;
  if (!here) return [];
  const { begin, length, field } = here;
  if (kind === 'START' && begin.kind === 'WITH') return [`${field}.start_with`];
  if (kind === 'START' && begin.kind === 'AFTER') return [`${field}.start_after`];
  if (kind === 'LENGTH' && length.kind === 'SAME_AS') return [`${field}.same_as`];
  if (kind === 'LENGTH' && length.kind === 'TO_END') return [`${field}.to_end`];
  return [];
}
