import type { BlendMode } from '../../composition/composition.js';
import type { Rational } from '../../composition/frame-grid.js';
import type { Piece } from './layer.js';
import { blended, type Area } from './placement/blend.js';
import { layOnNothing, overlayFrame, positionOf } from './placement/lay.js';

interface Pads {
  /** The frames so far. */
  readonly below: string;
  readonly above: string;
  readonly to: string;
}

/** How all pieces of a section are mixed. */
interface Mixing {
  /** In full colour resolution. */
  readonly full: boolean;
  /** Whether the frames so far have alpha; then also `full`. */
  readonly alpha: boolean;
  /** Frames of the section. */
  readonly total: number;
  readonly rate: Rational;
  /** The part of the canvas that is shown, and the filters that cut a canvas to it. */
  readonly area: Area;
  readonly cut: readonly string[];
}

/** Chains that lay a piece over the frames so far. */
export function layPiece(piece: Piece, pads: Pads, mixing: Mixing): string[] {
  const { startFrame, place, pad, blend } = piece;
  if (blend !== 'NORMAL') return blendPiece(piece, blend, pads, mixing);
  const { full, rate, area, cut } = mixing;
  const { below, above, to } = pads;
  const prepared = [...(place ? [] : cut), ...(full ? ['format=yuva444p'] : [])];
  const timed = [...prepared, `settb=${rate.den}/${rate.num}`, `setpts=N+${startFrame}`].join(',');
  const position = place
    ? `${positionOf(place.transform, overlayFrame(rate, place.fromFrame - startFrame), area)}:`
    : '';
  return [
    `[${pad}]${timed}[${above}]`,
    `[${below}][${above}]overlay=${position}eof_action=pass:format=${full ? 'yuv444' : 'yuv420'}[${to}]`,
  ];
}

/** What stands still is mixed where it stands, anything else with the whole frame; so is a sum over frames with alpha, which takes their place. */
function blendPiece(
  piece: Piece,
  mode: Exclude<BlendMode, 'NORMAL'>,
  { below, above, to }: Pads,
  { alpha, total, rate, area: shown }: Mixing,
): string[] {
  const { pad, place, startFrame, frames } = piece;
  const times = { startFrame, frames, total, rate, alpha };
  const all = { left: 0, top: 0, width: shown.width, height: shown.height };
  if (place?.transform.still && !(alpha && mode === 'ADD')) {
    const { transform } = place;
    const [left, top] = [Number(transform.x('0')) - shown.left, Number(transform.y('0')) - shown.top];
    const area = common(all, { left, top, width: transform.width, height: transform.height });
    const from = { left: area.left - left, top: area.top - top };
    return blended({ below, above: pad, to, mode, area, from, ...times });
  }
  const whole = { below, to, mode, area: all, from: { left: shown.left, top: shown.top }, ...times };
  if (!place) return blended({ ...whole, above: pad });
  // The canvas reaches as far as what is shown of it.
  const canvas = { width: shown.left + shown.width, height: shown.top + shown.height };
  return [
    ...layOnNothing(
      { from: pad, to: above, transform: place.transform, fromFrame: place.fromFrame, frames },
      { canvas, rate },
    ),
    ...blended({ ...whole, above }),
  ];
}

/** What two areas share; at least a pixel. */
function common(a: Area, b: Area): Area {
  const [left, top] = [Math.max(a.left, b.left), Math.max(a.top, b.top)];
  const right = Math.min(a.left + a.width, b.left + b.width);
  const bottom = Math.min(a.top + a.height, b.top + b.height);
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}
