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

/**
 * The times of all clips as far as they follow from the request and the natural lengths.
 * @param naturalUs the length of what a clip shows, at its speed; null: not known.
 */
export function timesOf(timeline: Timeline, naturalUs: (clip: number) => number | null): TimelineTimes {
  const placed = clipsOf(timeline);
  const known = new Map<string, number | null>();
  const pending: Node[] = [];
  const circles = new Map<string, Violation>();

  function value(node: Node): number | null {
    const key = node.kind === 'TOTAL' ? node.kind : `${node.kind}${node.clip}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const first = pending.findIndex((other) => other.kind === node.kind && clipIn(other) === clipIn(node));
    if (first >= 0) {
      const problem = circleOf(pending.slice(first), placed);
      circles.set(problem.field, problem);
      return null;
    }
    pending.push(node);
    const result = evaluate(node);
    pending.pop();
    known.set(key, result);
    return result;
  }

  function evaluate(node: Node): number | null {
    switch (node.kind) {
      case 'TOTAL':
        return timeline.durationUs ?? lastEnd();
      case 'START':
        return startOf(node.clip);
      case 'LENGTH':
        return lengthOf(node.clip);
    }
  }

  function startOf(index: number): number | null {
    const here = placed[index];
    if (!here) return null;
    const { begin } = here.clip;
    switch (begin.kind) {
      case 'AT':
        return begin.us;
      case 'WITH':
        return later(value({ kind: 'START', clip: begin.clip }), begin.offsetUs);
      case 'AFTER':
        return later(endOf(begin.clip), begin.offsetUs);
      case 'AFTER_PREVIOUS':
        if (placed[index - 1]?.track !== here.track) return 0;
        return later(endOf(index - 1), -(transitionOf(here.clip)?.durationUs ?? 0));
      case 'UNKNOWN':
        return null;
    }
  }

  function lengthOf(index: number): number | null {
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

  function endOf(index: number): number | null {
    const start = value({ kind: 'START', clip: index });
    const length = value({ kind: 'LENGTH', clip: index });
    return start === null || length === null ? null : start + length;
  }

  function lastEnd(): number | null {
    let last = 0;
    let isKnown = true;
    placed.forEach(({ clip }, i) => {
      if (clip.length.kind === 'TO_END') return;
      const end = endOf(i);
      if (end === null) isKnown = false;
      else last = Math.max(last, end);
    });
    return isKnown ? last : null;
  }

  const clips = placed.map((_, clip) => ({
    startUs: value({ kind: 'START', clip }),
    lengthUs: value({ kind: 'LENGTH', clip }),
    endUs: endOf(clip),
  }));
  return { clips, totalUs: value({ kind: 'TOTAL' }), circles: [...circles.values()] };
}

/** It starts at 0 at the earliest. */
function later(us: number | null, byUs: number): number | null {
  return us === null ? null : Math.max(0, us + byUs);
}

function clipIn(node: Node): number | null {
  return node.kind === 'TOTAL' ? null : node.clip;
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
