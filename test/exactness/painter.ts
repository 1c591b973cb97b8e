import { isBorderAt, isInBox } from './painted-box.js';
import { stanceOf, viewedAt, wiped } from './painted-movement.js';
import { textAt } from './painted-text.js';
import { crossed } from './painted-transition.js';
import {
  boundary,
  framesIn,
  type PaintedClip,
  type PaintedTimeline,
  type Place,
  type Quarter,
  type Rgb,
  type Shade,
  type Size,
  type VideoSource,
} from './shapes.js';

/** Clips on a canvas. */
interface Canvas extends Size {
  readonly rate: number;
  readonly tracks: readonly (readonly PaintedClip[])[];
}

type Part = 'clip' | 'border';

interface PartOfTracks extends Canvas {
  readonly part: Part;
}

const NOTHING: Shade = { color: [0, 0, 0], alpha: 0 };

/**
 * A second renderer of timelines, written from the rules in `timeline.proto` alone: one pixel of one frame at a time, slow and plain. It shares no code with the
 * service, so that a mistake of one is not made by the other. It knows what the cases need: flat and shaded surfaces, images and videos of four quarters, of which every
 * frame has colours of its own, text of squares, and timelines within timelines.
 * @returns the colour of a place, in pixels from the upper left corner, on a frame.
 */
export function paint(timeline: PaintedTimeline, frame: number, x: number, y: number): Shade {
  const { background } = timeline;
  return paintCanvas(timeline, frame, { x, y }, background ? { color: background, alpha: 1 } : NOTHING);
}

function paintCanvas(canvas: Canvas, frame: number, at: Place, background: Shade): Shade {
  const painted = (part: Part, track: readonly PaintedClip[], below: Shade) =>
    paintTrack({ ...canvas, part }, track, frame, at, below);
  // The borders of a track lie over all of its clips.
  return canvas.tracks.reduce<Shade>(
    (below, track) => painted('border', track, painted('clip', track, below)),
    background,
  );
}

function paintTrack(
  canvas: PartOfTracks,
  track: readonly PaintedClip[],
  frame: number,
  at: Place,
  below: Shade,
): Shade {
  const { rate } = canvas;
  const shown = track.filter(({ start, end }) => boundary(start, rate) <= frame && frame < boundary(end, rate));
  const [first, second] = shown;
  if (!first || (canvas.part === 'border' && shown.every(({ border }) => !border))) return below;
  const blend = canvas.part === 'border' ? 'NORMAL' : first.blend;
  const seenOf = (clip: PaintedClip) => (place: Place) => shadeOf(canvas, clip, frame, place);
  if (!second) return laidOver(below, seenOf(first)(at), blend);
  // Both are seen: the second comes frame by frame, from none of it.
  const frames = boundary(first.end, rate) - boundary(second.start, rate);
  const share = (frame - boundary(second.start, rate)) / frames;
  const kind = second.transition?.kind ?? 'fade';
  return laidOver(below, crossed(kind, share, { at, size: canvas, from: seenOf(first), to: seenOf(second) }), blend);
}

/** What is seen of a clip, but for its way to the next. */
function shadeOf(canvas: PartOfTracks, clip: PaintedClip, frame: number, at: Place): Shade {
  const own = frame - boundary(clip.start, canvas.rate);
  return wiped(canvas, clip, own, at, (place) => insideOf(canvas, clip, own, place));
}

function insideOf(canvas: PartOfTracks, clip: PaintedClip, own: number, at: Place): Shade {
  const { x, y, width, height, rotation, opacity, largest } = stanceOf(clip, canvas, own);
  if (width === 0 || height === 0) return NOTHING;
  const angle = (-rotation * Math.PI) / 180;
  const [dx, dy] = [at.x - x, at.y - y];
  // Turned back, in shares of the box.
  const u = (dx * Math.cos(angle) - dy * Math.sin(angle)) / width + 0.5;
  const v = (dx * Math.sin(angle) + dy * Math.cos(angle)) / height + 0.5;
  const inBox = { x: (u - 0.5) * largest.width, y: (v - 0.5) * largest.height };
  const scale = Math.min(canvas.width, canvas.height) / 1080;
  if (canvas.part === 'border')
    return clip.border && isBorderAt(inBox, largest, clip, scale)
      ? { color: clip.border.color, alpha: opacity }
      : NOTHING;
  if (!isInBox(inBox, largest, clip, scale)) return NOTHING;
  const viewed = viewedAt(clip, canvas, own, { u, v });
  const place = {
    u: clip.flipHorizontal ? 1 - viewed.u : viewed.u,
    v: clip.flipVertical ? 1 - viewed.v : viewed.v,
    ...largest,
  };
  const { color, alpha } = sourceAt(canvas, clip, place, own);
  return { color, alpha: alpha * opacity * matteAt(canvas, clip, { u, v }, own) };
}

interface BoxPlace extends Size {
  /** Shares of the box. */
  readonly u: number;
  readonly v: number;
}

function sourceAt(canvas: Canvas, clip: PaintedClip, place: BoxPlace, frame: number): Shade {
  const { source } = clip;
  const { u, v, width, height } = place;
  if (source.kind === 'surface') return source;
  if (source.kind === 'gradient') {
    const angle = (source.degrees * Math.PI) / 180;
    const [sx, sy] = [Math.sin(angle), -Math.cos(angle)];
    const length = Math.abs(width * sx) + Math.abs(height * sy);
    const share = Math.min(1, Math.max(0, ((u - 0.5) * width * sx + (v - 0.5) * height * sy) / length + 0.5));
    return { color: mapRgb((c) => source.from[c] + (source.to[c] - source.from[c]) * share), alpha: 1 };
  }
  if (source.kind === 'text') {
    const color = textAt(source, place, Math.min(canvas.width, canvas.height) / 1080);
    return color ? { color, alpha: 1 } : NOTHING;
  }
  const seen = fitted(clip, source.size, place);
  if (seen.u < 0 || seen.u > 1 || seen.v < 0 || seen.v > 1) return NOTHING;
  if (source.kind === 'nested') return nestedAt(canvas, source, frame, seen);
  const quarter = quarterAt(seen);
  if (source.kind === 'image') {
    const color = source.quarters[quarter] ?? null;
    return color ? { color, alpha: 1 } : NOTHING;
  }
  const forwards = source.reverse
    ? boundary(clip.end, canvas.rate) - boundary(clip.start, canvas.rate) - 1 - frame
    : frame;
  const shown = sourceFrame(source, forwards, canvas.rate);
  return { color: shown === null ? [NaN, NaN, NaN] : source.colorOf(shown, quarter), alpha: 1 };
}

/** The place of a source that is seen at a place of a box, in shares of it. */
function fitted({ fit, focus }: PaintedClip, size: Size, { u, v, width, height }: BoxPlace): { u: number; v: number } {
  if (fit === 'FILL') return { u, v };
  const scales = [width / size.width, height / size.height] as const;
  const contained = Math.min(...scales);
  const scale = { COVER: Math.max(...scales), CONTAIN: contained, NONE: 1, SCALE_DOWN: Math.min(1, contained) }[fit];
  // What is seen of the source, in shares of it, and its middle.
  const [seenX, seenY] = [width / scale / size.width, height / scale / size.height];
  const middle = (at: number, seen: number) => (seen < 1 ? Math.min(1 - seen / 2, Math.max(seen / 2, at / 100)) : 0.5);
  return { u: (u - 0.5) * seenX + middle(focus.x, seenX), v: (v - 0.5) * seenY + middle(focus.y, seenY) };
}

function quarterAt({ u, v }: { readonly u: number; readonly v: number }): Quarter {
  if (v < 0.5) return u < 0.5 ? 0 : 1;
  return u < 0.5 ? 3 : 2;
}

interface Nested {
  readonly size: Size;
  readonly tracks: readonly (readonly PaintedClip[])[];
  readonly trimFrames: number;
}

function nestedAt(
  { rate }: Canvas,
  { size, tracks, trimFrames }: Nested,
  frame: number,
  { u, v }: { u: number; v: number },
): Shade {
  const at = frame + trimFrames;
  if (at >= framesIn({ tracks, sounds: [], rate })) return NOTHING;
  return paintCanvas({ ...size, rate, tracks }, at, { x: u * size.width, y: v * size.height }, NOTHING);
}

/** How much of a clip its matte shows. */
function matteAt(canvas: Canvas, { matte }: PaintedClip, at: { u: number; v: number }, frame: number): number {
  if (!matte) return 1;
  const { color, alpha } = nestedAt(canvas, matte.picture, frame, at);
  const [r, g, b] = color;
  const share = matte.by === 'ALPHA' ? alpha : ((0.2126 * r + 0.7152 * g + 0.0722 * b) / 255) * alpha;
  return matte.inverted ? 1 - share : share;
}

/** The last frame of a video that is due, each at the frame of the output that is nearest to its time; null: two are as near. */
export function sourceFrame(
  { rate: own, timeOf, trimStart, speed }: VideoSource,
  frame: number,
  rate: number,
): number | null {
  if (timeOf === null) {
    const first = Math.ceil(trimStart * own - 1e-3);
    let shown = first;
    while (Math.round(((shown + 1 - first) / own / speed) * rate + 1e-9) <= frame) shown += 1;
    return shown;
  }
  // Times are read as rounded by at most two milliseconds. The frame that stands at the clip's start is its first.
  const [early, late] = [-0.002, 0.002].map((shift) => {
    let shown = 0;
    while (Math.round(((timeOf(shown + 1) - trimStart + shift) / speed) * rate) <= frame) shown += 1;
    return shown;
  });
  return early === late ? (early ?? null) : null;
}

/** By the compositing of CSS. */
function laidOver(below: Shade, { color, alpha }: Shade, blend: PaintedClip['blend']): Shade {
  if (alpha === 0) return below;
  // `plus-lighter` adds as much as is there.
  if (blend === 'ADD') {
    const sum = Math.min(1, below.alpha + alpha);
    return {
      color: mapRgb((c) => Math.min(255 * sum, below.color[c] * below.alpha + color[c] * alpha) / sum),
      alpha: sum,
    };
  }
  const whole = below.alpha + alpha * (1 - below.alpha);
  const mixed = mapRgb((c) => 255 * BLENDS[blend](below.color[c] / 255, color[c] / 255));
  const parts = (c: 0 | 1 | 2) =>
    color[c] * alpha * (1 - below.alpha) + mixed[c] * alpha * below.alpha + below.color[c] * below.alpha * (1 - alpha);
  return { color: mapRgb((c) => parts(c) / whole), alpha: whole };
}

const BLENDS: Readonly<Record<Exclude<PaintedClip['blend'], 'ADD'>, (below: number, above: number) => number>> = {
  NORMAL: (_, above) => above,
  MULTIPLY: (below, above) => below * above,
  SCREEN: (below, above) => below + above - below * above,
  DIFFERENCE: (below, above) => Math.abs(below - above),
  DARKEN: Math.min,
};

function mapRgb(of: (channel: 0 | 1 | 2) => number): Rgb {
  return [of(0), of(1), of(2)];
}
