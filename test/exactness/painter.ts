/**
 * A second renderer of timelines, written from the rules in `timeline.proto` alone: one pixel of one frame at a time, slow and plain. It shares no code with the
 * service, so that a mistake of one is not made by the other. It knows what the cases need: flat and shaded surfaces, images of four quarters, videos whose
 * every frame has a colour of its own.
 */
export type Rgb = readonly [r: number, g: number, b: number];

interface Shade {
  readonly color: Rgb;
  /** 0 to 1. */
  readonly alpha: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Source =
  | { readonly kind: 'surface'; readonly color: Rgb; readonly alpha: number }
  | { readonly kind: 'gradient'; readonly degrees: number; readonly from: Rgb; readonly to: Rgb }
  /** Colours of its quarters, clockwise from the top left. */
  | {
      readonly kind: 'image';
      readonly uri: string;
      readonly size: Size;
      readonly quarters: readonly [Rgb, Rgb, Rgb, Rgb];
    }
  | {
      readonly kind: 'video';
      readonly uri: string;
      readonly size: Size;
      readonly rate: number;
      readonly colorOf: (frame: number) => Rgb;
      readonly trimStart: number;
      readonly speed: number;
      /** Backwards: the frames of the clip that plays forwards, the last one first. */
      readonly reverse: boolean;
    };

export type Easing = 'linear' | 'ease-in-out' | 'step-end';
export type Property = 'X' | 'Y' | 'WIDTH' | 'HEIGHT' | 'OPACITY' | 'ROTATION';

export interface Key {
  readonly property: Property;
  /** Frames from the clip's start. */
  readonly frame: number;
  readonly value: number;
  readonly easing: Easing;
}

export interface PaintedClip {
  readonly source: Source;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  /** Percent of the canvas, of the box's middle and its sides. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly fit: 'COVER' | 'CONTAIN' | 'FILL';
  /** Percent of the source: what COVER keeps in view, as near to the middle as the source's edges allow. */
  readonly focus: { readonly x: number; readonly y: number };
  readonly rotation: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  readonly opacity: number;
  readonly blend: 'NORMAL' | 'MULTIPLY' | 'SCREEN' | 'DIFFERENCE' | 'DARKEN' | 'ADD';
  readonly keys: readonly Key[];
  /** Seconds of a cross-fade from the clip before it on its track. */
  readonly fade: number;
}

export interface PaintedTimeline extends Size {
  readonly rate: number;
  readonly background: Rgb;
  readonly tracks: readonly (readonly PaintedClip[])[];
}

/** The number of frames of the whole. */
export function framesIn({ tracks, rate }: PaintedTimeline): number {
  return Math.max(...tracks.flat().map(({ end }) => boundary(end, rate)));
}

export function boundary(seconds: number, rate: number): number {
  return Math.round(seconds * rate + 1e-7);
}

/** The colour of a place, in pixels from the upper left corner, on a frame. */
export function paint(timeline: PaintedTimeline, frame: number, x: number, y: number): Rgb {
  return timeline.tracks.reduce<Rgb>(
    (below, track) => paintTrack(timeline, track, frame, { x, y }, below),
    timeline.background,
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function paintTrack(
  timeline: PaintedTimeline,
  track: readonly PaintedClip[],
  frame: number,
  at: Place,
  below: Rgb,
): Rgb {
  const { rate } = timeline;
  const shown = track.filter(({ start, end }) => boundary(start, rate) <= frame && frame < boundary(end, rate));
  const [first, second] = shown;
  if (!first) return below;
  const shade = shadeOf(timeline, first, frame, at);
  if (!second) return laidOver(below, shade, first.blend);
  // Both are seen: the second fades in, frame by frame from none of it.
  const frames = boundary(first.end, rate) - boundary(second.start, rate);
  const share = (frame - boundary(second.start, rate)) / frames;
  const other = shadeOf(timeline, second, frame, at);
  const alpha = shade.alpha * (1 - share) + other.alpha * share;
  const color = mapRgb((c) =>
    alpha === 0 ? 0 : (shade.color[c] * shade.alpha * (1 - share) + other.color[c] * other.alpha * share) / alpha,
  );
  return laidOver(below, { color, alpha }, first.blend);
}

function shadeOf(timeline: PaintedTimeline, clip: PaintedClip, frame: number, at: Place): Shade {
  const own = frame - boundary(clip.start, timeline.rate);
  const value = (property: Property, constant: number) =>
    keyed(
      clip.keys.filter((key) => key.property === property),
      own,
      constant,
    );
  const width = (value('WIDTH', clip.box.width) / 100) * timeline.width;
  const height = (value('HEIGHT', clip.box.height) / 100) * timeline.height;
  const angle = (-value('ROTATION', clip.rotation) * Math.PI) / 180;
  const [dx, dy] = [
    at.x - (value('X', clip.box.x) / 100) * timeline.width,
    at.y - (value('Y', clip.box.y) / 100) * timeline.height,
  ];
  // Turned back, in shares of the box.
  let u = (dx * Math.cos(angle) - dy * Math.sin(angle)) / width + 0.5;
  let v = (dx * Math.sin(angle) + dy * Math.cos(angle)) / height + 0.5;
  if (u < 0 || u > 1 || v < 0 || v > 1) return { color: [0, 0, 0], alpha: 0 };
  if (clip.flipHorizontal) u = 1 - u;
  if (clip.flipVertical) v = 1 - v;
  const { color, alpha } = sourceAt(clip, { u, v, width, height }, own, timeline.rate);
  return { color, alpha: alpha * value('OPACITY', clip.opacity) };
}

function sourceAt(
  { source, fit, focus, start, end }: PaintedClip,
  { u, v, width, height }: { readonly u: number; readonly v: number; readonly width: number; readonly height: number },
  frame: number,
  rate: number,
): Shade {
  if (source.kind === 'surface') return source;
  if (source.kind === 'gradient') {
    const angle = (source.degrees * Math.PI) / 180;
    const [sx, sy] = [Math.sin(angle), -Math.cos(angle)];
    const length = Math.abs(width * sx) + Math.abs(height * sy);
    const share = Math.min(1, Math.max(0, ((u - 0.5) * width * sx + (v - 0.5) * height * sy) / length + 0.5));
    return { color: mapRgb((c) => source.from[c] + (source.to[c] - source.from[c]) * share), alpha: 1 };
  }
  const scales = [width / source.size.width, height / source.size.height] as const;
  const scale = fit === 'COVER' ? Math.max(...scales) : Math.min(...scales);
  // What is seen of the source, in shares of it, and its middle.
  const [seenX, seenY] = [width / scale / source.size.width, height / scale / source.size.height];
  const middle = (at: number, seen: number) =>
    fit === 'COVER' ? Math.min(1 - seen / 2, Math.max(seen / 2, at / 100)) : 0.5;
  const [su, sv] =
    fit === 'FILL' ? [u, v] : [(u - 0.5) * seenX + middle(focus.x, seenX), (v - 0.5) * seenY + middle(focus.y, seenY)];
  if (su < 0 || su > 1 || sv < 0 || sv > 1) return { color: [0, 0, 0], alpha: 0 };
  if (source.kind === 'image') {
    const quarter = sv < 0.5 ? (su < 0.5 ? 0 : 1) : su < 0.5 ? 3 : 2;
    return { color: source.quarters[quarter], alpha: 1 };
  }
  const forwards = source.reverse ? boundary(end, rate) - boundary(start, rate) - 1 - frame : frame;
  return { color: source.colorOf(sourceFrame(source, forwards, rate)), alpha: 1 };
}

/** The last frame of a video that is due, each at the frame of the output that is nearest to its time. */
export function sourceFrame(
  { rate: own, trimStart, speed }: Extract<Source, { kind: 'video' }>,
  frame: number,
  rate: number,
): number {
  const first = Math.ceil(trimStart * own - 1e-3);
  let shown = first;
  while (Math.round(((shown + 1 - first) / own / speed) * rate + 1e-9) <= frame) shown += 1;
  return shown;
}

function laidOver(below: Rgb, { color, alpha }: Shade, blend: PaintedClip['blend']): Rgb {
  // `plus-lighter` adds as much as is there.
  if (blend === 'ADD') return mapRgb((c) => Math.min(255, below[c] + color[c] * alpha));
  const mixed = mapRgb((c) => 255 * BLENDS[blend](below[c] / 255, color[c] / 255));
  return mapRgb((c) => below[c] * (1 - alpha) + mixed[c] * alpha);
}

const BLENDS: Readonly<Record<Exclude<PaintedClip['blend'], 'ADD'>, (below: number, above: number) => number>> = {
  NORMAL: (_, above) => above,
  MULTIPLY: (below, above) => below * above,
  SCREEN: (below, above) => below + above - below * above,
  DIFFERENCE: (below, above) => Math.abs(below - above),
  DARKEN: Math.min,
};

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

function eased(easing: Easing, share: number): number {
  if (easing === 'linear') return share;
  if (easing === 'step-end') return 0;
  // ease-in-out is cubic-bezier(0.42, 0, 0.58, 1); its time is found by halving.
  const curve = (a: number, b: number, t: number) => 3 * (1 - t) ** 2 * t * a + 3 * (1 - t) * t ** 2 * b + t ** 3;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (curve(0.42, 0.58, middle) < share) low = middle;
    else high = middle;
  }
  return curve(0, 1, low);
}

function mapRgb(of: (channel: 0 | 1 | 2) => number): Rgb {
  return [of(0), of(1), of(2)];
}
