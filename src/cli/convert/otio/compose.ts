import type { Source } from '../reader.js';
import { add, type Fraction, fractionOf, isLess, larger, multiply, smaller, subtract, ZERO } from './fraction.js';
import { availableRangeOf, mediaOf } from './media.js';
import { cutTo, type Piece, shifted } from './piece.js';
import { type Range, rangeIn, rationalTimeIn } from './rational-time.js';
import { kindOf } from './schema.js';
import { playOf } from './speed.js';

/** Pieces of tracks, the lowest track first, and the length of them all with their gaps. */
export interface Composed {
  readonly tracks: readonly (readonly Piece[])[];
  readonly length: Fraction;
}

const NOTHING: Composed = { tracks: [], length: ZERO };

/** Deeper compositions are left out. */
const MAX_DEPTH = 30;

/** The pieces of a stack: its tracks lie on top of each other. */
export function composeStack(stack: Source, depth = 0): Composed {
  const children = stack.objects('children').map((child) => {
    const kind = kindOf(child);
    if (kind === 'Track') return composeTrack(child, depth + 1);
    if (kind === 'Stack') return composeStack(child, depth + 1);
    if (kind === 'Clip') return composeItems([child], { isAudio: false, depth });
    child.leaveOut(`an object of the kind “${kind}” has no counterpart here; it is left out`);
    return NOTHING;
  });
  const length = children.reduce((longest, child) => larger(longest, child.length), ZERO);
  return windowed({ tracks: children.flatMap(({ tracks }) => tracks), length }, ownRange(stack));
}

/** The pieces of a track: its children follow each other. */
export function composeTrack(track: Source, depth = 0): Composed {
  const kind = track.text('kind') ?? 'Video';
  if (kind !== 'Video' && kind !== 'Audio')
    track.warn('kind', `“${kind}” has no counterpart; it is a video track here`);
  if (track.flag('enabled') === false) {
    track.leaveOut('is not enabled; it is left out');
    return NOTHING;
  }
  return windowed(composeItems(track.objects('children'), { isAudio: kind === 'Audio', depth }), ownRange(track));
}

function ownRange(composition: Source): Range | undefined {
  for (const effect of composition.objects('effects'))
    effect.leaveOut('has no counterpart on a composition; it is left out');
  composition.ignore('enabled');
  return rangeIn(composition, 'source_range');
}

/** The part of a composition that its range takes. */
function windowed({ tracks, length }: Composed, range: Range | undefined): Composed {
  if (!range) return { tracks, length };
  const end = add(range.start, range.duration);
  const cut = (piece: Piece) => cutTo(piece, range.start, end) ?? [];
  const back = subtract(ZERO, range.start);
  return {
    tracks: tracks.map((pieces) => pieces.flatMap(cut).map((piece) => shifted(piece, back))),
    length: range.duration,
  };
}

interface TrackContext {
  readonly isAudio: boolean;
  readonly depth: number;
}

/** A transition, and where the cut is that it lies over. */
interface Joint {
  readonly source: Source;
  readonly before: Piece | undefined;
  after: Piece | undefined;
}

function composeItems(children: readonly Source[], { isAudio, depth }: TrackContext): Composed {
  const pieces: Piece[] = [];
  const nested: Piece[][] = [];
  const joints: Joint[] = [];
  let at = ZERO;
  let last: Piece | undefined;
  let open: Joint | undefined;
  for (const child of children) {
    const kind = kindOf(child);
    if (kind === 'Transition') {
      open = { source: child, before: last, after: undefined };
      joints.push(open);
      continue;
    }
    const inner = kind === 'Stack' || kind === 'Track' ? nestedIn(child, kind, depth) : undefined;
    const piece = kind === 'Clip' ? pieceOf(child, at, isAudio) : undefined;
    if (kind !== 'Gap' && kind !== 'Clip' && !inner)
      child.leaveOut(`an object of the kind “${kind}” has no counterpart; it is left out`);
    nested.push(...(inner?.tracks ?? []).map((own) => own.map((one) => shifted(one, at))));
    if (piece) pieces.push(piece);
    if (open) open.after = piece;
    [last, open] = [piece, undefined];
    at = add(at, inner?.length ?? lengthOf(child, kind));
  }
  return { tracks: [joined(pieces, joints), ...nested], length: at };
}

function nestedIn(child: Source, kind: string, depth: number): Composed | undefined {
  if (depth >= MAX_DEPTH) {
    child.leaveOut('is nested too deeply; it is left out');
    return NOTHING;
  }
  child.warn('children', 'are nested; their tracks lie beside the others here');
  return kind === 'Stack' ? composeStack(child, depth + 1) : composeTrack(child, depth + 1);
}

/** How long a clip or gap is. */
function lengthOf(child: Source, kind: string): Fraction {
  if (kind === 'Gap') {
    child.ignore('effects', 'enabled');
    return rangeIn(child, 'source_range')?.duration ?? ZERO;
  }
  return kind === 'Clip' ? (clipRange(child)?.duration ?? ZERO) : ZERO;
}

function clipRange(clip: Source): Range | undefined {
  return rangeIn(clip, 'source_range') ?? availableRangeOf(clip);
}

function pieceOf(clip: Source, at: Fraction, isAudio: boolean): Piece | undefined {
  const range = clipRange(clip);
  if (clip.flag('enabled') === false) {
    clip.leaveOut('is not enabled; nothing is shown in its place');
    return undefined;
  }
  const media = mediaOf(clip);
  if (!media) return undefined;
  if (!range || range.duration.n === 0n) {
    clip.leaveOut('has no length: neither `source_range` nor `available_range` says it; it is left out');
    return undefined;
  }
  const trim = media.begins ? subtract(range.start, media.begins) : range.start;
  if (trim.n < 0n) clip.warn('source_range', 'begins before its media; it begins with it here');
  return {
    uri: media.uri,
    isAudio,
    start: at,
    end: add(at, range.duration),
    trim: larger(trim, ZERO),
    ...playOf(clip, isAudio),
    isExtended: false,
    transition: undefined,
    fadeIn: undefined,
    fadeOut: undefined,
  };
}

/** Pieces with their transitions: what lies beside a cut is made longer, so that everything keeps its place. */
function joined(pieces: readonly Piece[], joints: readonly Joint[]): Piece[] {
  const changed = new Map(pieces.map((piece) => [piece, piece]));
  for (const { source, before, after } of joints) {
    source.ignore('OTIO_SCHEMA', 'parameters');
    const type = source.text('transition_type') ?? 'SMPTE_Dissolve';
    if (type !== 'SMPTE_Dissolve') source.warn('transition_type', `“${type}” has no counterpart; it is a fade here`);
    const [given, out] = [rationalTimeIn(source, 'in_offset') ?? ZERO, rationalTimeIn(source, 'out_offset') ?? ZERO];
    if (given.n < 0n || out.n < 0n || given.n + out.n === 0n || (!before && !after)) {
      source.leaveOut('has no length, or nothing beside it; it is left out');
      continue;
    }
    const [left, right] = [before && changed.get(before), after && changed.get(after)];
    const into = right ? earlierBy(right, given, source) : given;
    const length = add(into, out);
    if (length.n === 0n) continue;
    const isJoint = left !== undefined && right !== undefined && !right.isAudio;
    if (before && left)
      changed.set(before, {
        ...left,
        end: add(left.end, out),
        isExtended: true,
        fadeOut: isJoint ? undefined : length,
      });
    if (after && right) {
      const trim = right.isFrozen ? right.trim : subtract(right.trim, multiply(into, fractionOf(right.speed)));
      const begun = { ...right, start: subtract(right.start, into), trim };
      changed.set(after, isJoint ? { ...begun, transition: length } : { ...begun, fadeIn: length });
    }
  }
  return pieces.flatMap((piece) => changed.get(piece) ?? []);
}

/** How much earlier a piece can begin: its file, and the video, begin somewhere. */
function earlierBy(piece: Piece, wanted: Fraction, source: Source): Fraction {
  const speed = fractionOf(piece.speed);
  const available = multiply(piece.trim, { n: speed.d, d: speed.n });
  const most = piece.isFrozen ? piece.start : smaller(available, piece.start);
  if (!isLess(most, wanted)) return wanted;
  source.warn('in_offset', 'is longer than what the next clip has before its start; the transition is shorter here');
  return most;
}
