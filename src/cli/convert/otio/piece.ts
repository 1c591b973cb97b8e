import type { Animation } from '../../../../generated/cutroom/v1/timeline.js';
import {
  Animation_Kind,
  AudioAsset,
  Clip,
  ClipTransition,
  ImageAsset,
  ShortSource,
  VideoAsset,
} from '../../../../generated/cutroom/v1/timeline.js';
import { soundOf } from '../sound.js';
import { durationOf } from '../time.js';
import { add, type Fraction, fractionOf, isLess, larger, multiply, smaller, subtract, toNs, ZERO } from './fraction.js';

/** A clip at its times, in seconds of the video. */
export interface Piece {
  readonly uri: string;
  readonly isAudio: boolean;
  readonly start: Fraction;
  readonly end: Fraction;
  /** Where it begins in its file. */
  readonly trim: Fraction;
  readonly speed: number;
  /** Whether the frame at `trim` stands all the time. */
  readonly isFrozen: boolean;
  /** Whether it was made longer than it is said, for a transition. */
  readonly isExtended: boolean;
  /** From the piece before it; its length. */
  readonly transition: Fraction | undefined;
  readonly fadeIn: Fraction | undefined;
  readonly fadeOut: Fraction | undefined;
}

/** The part of a piece within a window. Undefined: none of it. */
export function cutTo(piece: Piece, from: Fraction, to: Fraction | undefined): Piece | undefined {
  const start = larger(piece.start, from);
  const end = to ? smaller(piece.end, to) : piece.end;
  if (!isLess(start, end)) return undefined;
  const lost = subtract(start, piece.start);
  if (lost.n === 0n) return { ...piece, end };
  const trim = piece.isFrozen ? piece.trim : add(piece.trim, multiply(lost, fractionOf(piece.speed)));
  return { ...piece, start, end, trim, transition: undefined, fadeIn: undefined };
}

/** A piece that is later by some time. */
export function shifted(piece: Piece, by: Fraction): Piece {
  return { ...piece, start: add(piece.start, by), end: add(piece.end, by) };
}

/** Pieces on as few tracks as keep them apart but for transitions, the lowest first. */
export function lanesOf(pieces: readonly Piece[]): Clip[][] {
  const lanes: { clips: Clip[]; end: Fraction }[] = [];
  const sorted = [...pieces].sort((a, b) => (isLess(a.start, b.start) ? -1 : isLess(b.start, a.start) ? 1 : 0));
  for (const piece of sorted) {
    const free = lanes.find(({ end }) => {
      const overlap = subtract(end, piece.start);
      if (overlap.n <= 0n) return piece.transition === undefined;
      return piece.transition !== undefined && subtract(overlap, piece.transition).n === 0n;
    });
    const alone =
      free || piece.transition === undefined ? piece : { ...piece, transition: undefined, fadeIn: piece.transition };
    const clip = clipOf(alone);
    if (free) {
      free.clips.push(clip);
      free.end = piece.end;
    } else lanes.push({ clips: [clip], end: piece.end });
  }
  return lanes.map(({ clips }) => clips);
}

const IMAGE = /\.(png|jpe?g|webp|gif|bmp|tiff?|heic|avif)(\?.*)?$/i;

function clipOf(piece: Piece): Clip {
  const startNs = toNs(piece.start);
  const clip = Clip.fromPartial({
    begin: startNs === 0n ? undefined : { $case: 'start', value: durationOf(startNs) },
    length: { $case: 'duration', value: durationOf(toNs(piece.end) - startNs) },
    asset: assetOf(piece),
  });
  if (piece.isAudio) return clip;
  return {
    ...clip,
    transition:
      piece.transition && ClipTransition.fromPartial({ kind: 'fade', duration: durationOf(toNs(piece.transition)) }),
    enter: piece.fadeIn && fade(piece.fadeIn),
    exit: piece.fadeOut && fade(piece.fadeOut),
  };
}

function fade(length: Fraction): Animation {
  return { kind: Animation_Kind.KIND_FADE, duration: durationOf(toNs(length)), easing: '' };
}

function assetOf(piece: Piece): NonNullable<Clip['asset']> {
  const { uri, isAudio, speed } = piece;
  const trimNs = toNs(larger(piece.trim, ZERO));
  const played = { uri, trimStart: trimNs === 0n ? undefined : durationOf(trimNs), speed: speed === 1 ? 0 : speed };
  if (isAudio) {
    const sound = soundOf({
      fadeInNs: piece.fadeIn && toNs(piece.fadeIn),
      fadeOutNs: piece.fadeOut && toNs(piece.fadeOut),
    });
    return { $case: 'audio', value: AudioAsset.fromPartial({ ...played, sound }) };
  }
  if (IMAGE.test(uri)) return { $case: 'image', value: ImageAsset.fromPartial({ uri }) };
  const shortSource = piece.isExtended ? ShortSource.SHORT_SOURCE_HOLD : ShortSource.SHORT_SOURCE_UNSPECIFIED;
  // Their sound is on tracks of its own.
  if (piece.isFrozen)
    return { $case: 'video', value: VideoAsset.fromPartial({ ...played, muted: true, freeze: true }) };
  return { $case: 'video', value: VideoAsset.fromPartial({ ...played, muted: true, shortSource }) };
}
