import { framesOf, type Rational } from '../frame-grid.js';
import { combined, constant, type Curve, curveOf, delayed, extremesOf, isConstant, mapped, rise } from './curve.js';
import type { Canvas, ClipAnimation, Look } from './timeline.js';

/** The place, size and opacity of a clip on each of its frames, in pixels of the canvas and degrees. */
export interface Figure {
  /** The middle of the box. */
  readonly x: Curve;
  readonly y: Curve;
  readonly width: Curve;
  readonly height: Curve;
  readonly rotation: Curve;
  readonly opacity: Curve;
}

/** How far a clip reaches from the middle of its box, with all that is drawn around it. */
export interface Reach {
  readonly x: number;
  readonly y: number;
}

/** Whether it is upright and the same on every frame, but for its opacity. */
export function isStanding({ x, y, width, height, rotation }: Figure): boolean {
  return [x, y, width, height, rotation].every(isConstant) && rotation.at(0) === 0;
}

/**
 * A standing figure between the pixels that are nearest to its edges: none is more than half a pixel away, and boxes that touch do so on the same pixel.
 */
export function onPixels(figure: Figure): Figure {
  const [across, down] = [spanOnPixels(figure.x, figure.width), spanOnPixels(figure.y, figure.height)];
  return { ...figure, x: across.middle, y: down.middle, width: across.length, height: down.length };
}

function spanOnPixels(middle: Curve, length: Curve): { readonly middle: Curve; readonly length: Curve } {
  const half = length.at(0) / 2;
  const from = nearestPixel(middle.at(0) - half);
  const to = Math.max(from + 1, nearestPixel(middle.at(0) + half));
  // Nothing stays nothing.
  if (half === 0) return { middle, length };
  return { middle: constant((from + to) / 2), length: constant(to - from) };
}

/** What reckoning leaves of a place, in pixels: the edge of one box in the middle of a pixel is there for the next one too. */
const NOISE = 1e-6;

function nearestPixel(place: number): number {
  return Math.round(place + NOISE);
}

/** A clip as it stands by itself, without animations. */
export function figureOf(look: Look, rate: Rational): Figure {
  const { anchor } = look;
  const width = mapped([curveOf(look.width, rate)], positive);
  const height = mapped([curveOf(look.height, rate)], positive);
  return {
    x: mapped([curveOf(look.x, rate), width], (x, w) => x + (0.5 - anchor.x) * w),
    y: mapped([curveOf(look.y, rate), height], (y, h) => y + (0.5 - anchor.y) * h),
    width,
    height,
    rotation: curveOf(look.rotation, rate),
    opacity: mapped([curveOf(look.opacity, rate)], share),
  };
}

/** The same figure from a later frame on. */
export function laterFigure(figure: Figure, byFrames: number): Figure {
  const earlier = (curve: Curve) => delayed(curve, -byFrames);
  return {
    x: earlier(figure.x),
    y: earlier(figure.y),
    width: earlier(figure.width),
    height: earlier(figure.height),
    rotation: earlier(figure.rotation),
    opacity: earlier(figure.opacity),
  };
}

export interface AnimationPlace {
  /** Frames of the clip. */
  readonly frames: number;
  readonly canvas: Canvas;
  readonly reach: Reach;
}

/** How many frames an animation takes. */
export function animationFrames({ durationUs }: ClipAnimation, { frames, canvas }: AnimationPlace): number {
  return Math.min(frames, Math.max(1, framesOf(durationUs, canvas.frameRate)));
}

/** A figure that appears out of nothing over its first frames. Wipes are transitions, and change nothing here. */
export function entering(figure: Figure, animation: ClipAnimation, place: AnimationPlace): Figure {
  const shown = rise(animationFrames(animation, place), animation.easing);
  return animated(figure, animation, shown, { canvas: place.canvas, reach: place.reach, way: 1 });
}

/** A figure that disappears over its last frames. */
export function leaving(figure: Figure, animation: ClipAnimation, place: AnimationPlace): Figure {
  const taken = animationFrames(animation, place);
  const gone = delayed(rise(taken, animation.easing), place.frames - taken);
  const shown = mapped([gone], (value) => 1 - value);
  return animated(figure, animation, shown, { canvas: place.canvas, reach: place.reach, way: -1 });
}

interface Way {
  readonly canvas: Canvas;
  readonly reach: Reach;
  /** Where it is when it is not there: 1 where it comes from, -1 where it goes to. */
  readonly way: 1 | -1;
}

/** @param shown 0 where the clip is not there, 1 where it is. */
function animated(figure: Figure, { kind }: ClipAnimation, shown: Curve, { canvas, reach, way }: Way): Figure {
  const beyond = (side: number, size: number, extent: number) => (side > 0 ? size + extent : -extent);
  const moved = (place: Curve, from: number) => combined([place, shown], (at, there) => from + (at - from) * there);
  switch (kind) {
    case 'FADE':
      return { ...figure, opacity: combined([figure.opacity, shown], (opacity, there) => share(opacity * there)) };
    case 'SLIDE_LEFT':
      return { ...figure, x: moved(figure.x, beyond(way, canvas.width, reach.x)) };
    case 'SLIDE_RIGHT':
      return { ...figure, x: moved(figure.x, beyond(-way, canvas.width, reach.x)) };
    case 'SLIDE_UP':
      return { ...figure, y: moved(figure.y, beyond(way, canvas.height, reach.y)) };
    case 'SLIDE_DOWN':
      return { ...figure, y: moved(figure.y, beyond(-way, canvas.height, reach.y)) };
    case 'ZOOM': {
      const scaled = (size: Curve) => combined([size, shown], (pixels, there) => positive(pixels * there));
      return { ...figure, width: scaled(figure.width), height: scaled(figure.height) };
    }
    case 'WIPE_LEFT':
    case 'WIPE_RIGHT':
    case 'WIPE_UP':
    case 'WIPE_DOWN':
      return figure;
  }
}

/** @param around pixels that are drawn beyond the box on every side. */
export function reachOf(figure: Figure, frames: number, around: number): Reach {
  const width = extremesOf(figure.width, frames).largest / 2 + around;
  const height = extremesOf(figure.height, frames).largest / 2 + around;
  const turn = extremesOf(figure.rotation, frames);
  if (turn.least !== turn.largest) {
    const corner = Math.hypot(width, height);
    return { x: corner, y: corner };
  }
  const [sine, cosine] = [sineOf(turn.least), sineOf(turn.least + 90)];
  return { x: width * cosine + height * sine, y: width * sine + height * cosine };
}

/** Without a sign; exact for right angles. */
function sineOf(degrees: number): number {
  const rest = ((degrees % 180) + 180) % 180;
  return rest === 0 ? 0 : rest === 90 ? 1 : Math.abs(Math.sin((rest * Math.PI) / 180));
}

function positive(value: number): number {
  return Math.max(0, value);
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** A curve that never exceeds 1 of its largest value. */
export function shareOf(curve: Curve, largest: number): Curve {
  return largest > 0 ? mapped([curve], (value) => share(value / largest)) : constant(0);
}
