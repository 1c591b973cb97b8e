import { lineOf } from './painted-box.js';
import { crossed } from './painted-transition.js';
import {
  type Appearance,
  boundary,
  type Easing,
  type Key,
  type PaintedClip,
  type Place,
  type Property,
  type Shade,
  type Size,
} from './shapes.js';

/** Where a clip is on one of its frames: pixels, degrees, 0 to 1. */
interface Stance extends Size {
  /** The middle of its box. */
  readonly x: number;
  readonly y: number;
  readonly rotation: number;
  readonly opacity: number;
  /** Its box at its largest: what it shows is made for that, and stretched with it. */
  readonly largest: Size;
}

type Canvas = Size & { readonly rate: number };

/** @param own the frame, from the clip's start. */
export function stanceOf(clip: PaintedClip, canvas: Canvas, own: number): Stance {
  const { box } = clip;
  const value = (property: Property, constant: number) => keyed(keysOf(clip, property), own, constant);
  const still = {
    x: (value('X', box.x) / 100) * canvas.width,
    y: (value('Y', box.y) / 100) * canvas.height,
    width: (value('WIDTH', box.width) / 100) * canvas.width,
    height: (value('HEIGHT', box.height) / 100) * canvas.height,
    rotation: value('ROTATION', clip.rotation),
    opacity: value('OPACITY', clip.opacity),
    largest: {
      width: (largestOf(clip, 'WIDTH', box.width) / 100) * canvas.width,
      height: (largestOf(clip, 'HEIGHT', box.height) / 100) * canvas.height,
    },
  };
  const line = lineOf(clip, Math.min(canvas.width, canvas.height) / 1080);
  const away = reachOf(clip, { width: still.largest.width + 2 * line, height: still.largest.height + 2 * line });
  const { enter, exit } = clip;
  const left = exit ? appearing(still, exit, leftTime(clip, exit, canvas, own), { canvas, away, way: -1 }) : still;
  return enter ? appearing(left, enter, enterTime(enter, canvas, own), { canvas, away, way: 1 }) : left;
}

/** Shares of the time: 0 where the clip is not there, 1 where it is. */
function enterTime({ seconds }: Appearance, { rate }: Canvas, own: number): number {
  return Math.min(1, own / boundary(seconds, rate));
}

/** Of the time of leaving that is over. */
function leftTime({ start, end }: PaintedClip, { seconds }: Appearance, { rate }: Canvas, own: number): number {
  const frames = boundary(end, rate) - boundary(start, rate);
  const taken = boundary(seconds, rate);
  return Math.max(0, (own - (frames - taken)) / taken);
}

interface Away {
  readonly canvas: Size;
  /** From the middle of the box to the edges of the upright rectangle around all that is seen. */
  readonly away: { readonly x: number; readonly y: number };
  /** 1: it comes from there; -1: it goes there. */
  readonly way: 1 | -1;
}

function appearing(stance: Stance, { kind, easing }: Appearance, time: number, { canvas, away, way }: Away): Stance {
  const own = kind === 'FADE' ? 'linear' : way === 1 ? 'ease-out' : 'ease-in';
  const share = eased(easing ?? own, time);
  const there = way === 1 ? share : 1 - share;
  const between = (hidden: number, seen: number) => hidden + (seen - hidden) * there;
  const isAhead = (forwards: boolean) => forwards === (way === -1);
  switch (kind) {
    case 'FADE':
      return { ...stance, opacity: stance.opacity * there };
    case 'ZOOM':
      return { ...stance, width: stance.width * there, height: stance.height * there };
    case 'SLIDE_LEFT':
    case 'SLIDE_RIGHT':
      return {
        ...stance,
        x: between(isAhead(kind === 'SLIDE_RIGHT') ? canvas.width + away.x : -away.x, stance.x),
      };
    case 'SLIDE_UP':
    case 'SLIDE_DOWN':
      return {
        ...stance,
        y: between(isAhead(kind === 'SLIDE_DOWN') ? canvas.height + away.y : -away.y, stance.y),
      };
    case 'WIPE_LEFT':
    case 'WIPE_RIGHT':
    case 'WIPE_UP':
    case 'WIPE_DOWN':
      return stance;
  }
}

const WIPES = {
  WIPE_LEFT: 'wipeleft',
  WIPE_RIGHT: 'wiperight',
  WIPE_UP: 'wipeup',
  WIPE_DOWN: 'wipedown',
} as const;

const nothing = (): Shade => ({ color: [0, 0, 0], alpha: 0 });

/** A clip that is there as far as the edges have gone that uncover it and cover it again. */
export function wiped(
  canvas: Canvas,
  clip: PaintedClip,
  own: number,
  at: Place,
  shown: (place: Place) => Shade,
): Shade {
  const { enter, exit } = clip;
  const uncovered = (place: Place): Shade => {
    if (!enter || !(enter.kind in WIPES)) return shown(place);
    const kind = WIPES[enter.kind as keyof typeof WIPES];
    return crossed(kind, enterTime(enter, canvas, own), { at: place, size: canvas, from: nothing, to: shown });
  };
  if (!exit || !(exit.kind in WIPES)) return uncovered(at);
  const kind = WIPES[exit.kind as keyof typeof WIPES];
  const share = leftTime(clip, exit, canvas, own);
  return crossed(kind, share, { at, size: canvas, from: uncovered, to: nothing });
}

/** The place of a box, in shares of it, that its motion brings to another one. */
export function viewedAt(
  { start, end, motion }: PaintedClip,
  { rate }: Canvas,
  own: number,
  { u, v }: { readonly u: number; readonly v: number },
): { u: number; v: number } {
  if (!motion) return { u, v };
  const frames = boundary(end, rate) - boundary(start, rate);
  const time = own / Math.max(1, frames - 1);
  const { kind, strength } = motion;
  const focus = { u: motion.focus.x / 100, v: motion.focus.y / 100 };
  if (kind === 'ZOOM_IN' || kind === 'ZOOM_OUT') {
    const scale = 1 + strength * (kind === 'ZOOM_IN' ? time : 1 - time);
    return { u: focus.u + (u - focus.u) / scale, v: focus.v + (v - focus.v) / scale };
  }
  // A view that is smaller than the box, on its way from one edge to the other.
  const side = 1 / (1 + strength);
  const isAcross = kind === 'PAN_LEFT' || kind === 'PAN_RIGHT';
  const way = kind === 'PAN_RIGHT' || kind === 'PAN_DOWN' ? time : 1 - time;
  const left = (1 - side) * (isAcross ? way : focus.u);
  const top = (1 - side) * (isAcross ? focus.v : way);
  return { u: left + u * side, v: top + v * side };
}

/** Where it turns, of the circle around it. */
function reachOf(clip: PaintedClip, { width, height }: Size): { readonly x: number; readonly y: number } {
  if (keysOf(clip, 'ROTATION').length > 0) {
    const radius = Math.hypot(width, height) / 2;
    return { x: radius, y: radius };
  }
  const angle = (clip.rotation * Math.PI) / 180;
  const [sine, cosine] = [Math.abs(Math.sin(angle)), Math.abs(Math.cos(angle))];
  return { x: (width * cosine + height * sine) / 2, y: (width * sine + height * cosine) / 2 };
}

function keysOf({ keys }: PaintedClip, property: Property): Key[] {
  return keys.filter((key) => key.property === property);
}

function largestOf(clip: PaintedClip, property: Property, constant: number): number {
  const values = keysOf(clip, property).map(({ value }) => value);
  return values.length > 0 ? Math.max(...values) : constant;
}

function keyed(keys: readonly Key[], frame: number, constant: number): number {
  const [first] = keys;
  if (!first) return constant;
  if (frame <= first.frame) return first.value;
  for (let i = 1; i < keys.length; i += 1) {
    const [from, to] = [keys[i - 1]!, keys[i]!];
    if (frame < to.frame)
      return from.value + (to.value - from.value) * eased(to.easing, (frame - from.frame) / (to.frame - from.frame));
  }
  return keys.at(-1)!.value;
}

/** The points between 0 and 1 of the cubic Bézier curves of CSS. */
const CURVES = {
  'ease-in': [0.42, 0, 1, 1],
  'ease-out': [0, 0, 0.58, 1],
  'ease-in-out': [0.42, 0, 0.58, 1],
} as const;

function eased(easing: Easing, share: number): number {
  if (easing === 'linear' || share <= 0 || share >= 1) return share;
  if (easing === 'step-end') return 0;
  const [x1, y1, x2, y2] = CURVES[easing];
  const curve = (a: number, b: number, t: number) => 3 * (1 - t) ** 2 * t * a + 3 * (1 - t) * t ** 2 * b + t ** 3;
  // Its time is found by halving.
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (curve(x1, x2, middle) < share) low = middle;
    else high = middle;
  }
  return curve(y1, y2, low);
}
