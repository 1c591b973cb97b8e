import type { Color } from '../../composition/color.js';
import type { GradientStop } from '../../composition/drawing.js';
import type { Picture } from './picture.js';

/*
 * Surfaces are reckoned here and not by the canvas, so that they are CSS's to the rounding: colours between two stops are mixed with their alpha multiplied in
 * (CSS Images 3, 3.5.2), and nothing is dithered.
 */

interface Size {
  readonly width: number;
  readonly height: number;
}

/** One colour everywhere. */
export function flatSurface(color: Color, size: Size): Picture {
  return surface([{ at: 0, color }], size, () => 0);
}

/** @param degrees 0 goes up, 90 to the right. From corner to corner: the 0 and the 1 lie where the line's perpendiculars meet the corners. */
export function linearGradient(degrees: number, stops: readonly GradientStop[], size: Size): Picture {
  const angle = (degrees * Math.PI) / 180;
  const [dx, dy] = [Math.sin(angle), -Math.cos(angle)];
  const { width, height } = size;
  const length = Math.abs(width * dx) + Math.abs(height * dy);
  return surface(stops, size, (x, y) => ((x - width / 2) * dx + (y - height / 2) * dy) / length + 0.5);
}

/** An ellipse of the picture's shape, from the middle to the corners: `radial-gradient(farthest-corner)`. */
export function radialGradient(stops: readonly GradientStop[], size: Size): Picture {
  const { width, height } = size;
  return surface(stops, size, (x, y) => Math.hypot((x - width / 2) / width, (y - height / 2) / height) * Math.SQRT2);
}

/** @param at the place of a point among the stops; pixels are asked for at their middles. */
function surface(
  stops: readonly GradientStop[],
  { width, height }: Size,
  at: (x: number, y: number) => number,
): Picture {
  const channels = isTranslucent(stops) ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1, to += channels) {
      const { r, g, b, a } = colorAt(at(x + 0.5, y + 0.5), stops);
      data[to] = r;
      data[to + 1] = g;
      data[to + 2] = b;
      if (channels === 4) data[to + 3] = a;
    }
  return { width, height, channels, data };
}

/** Whether any of the colours lets something through. */
export function isTranslucent(stops: readonly Pick<GradientStop, 'color'>[]): boolean {
  return stops.some(({ color }) => color.a < 255);
}

/** Before the first stop and after the last the colour stands still. Of several at one place the last one counts from there on. */
function colorAt(at: number, stops: readonly GradientStop[]): Color {
  let before = stops[0];
  if (!before) throw new RangeError('a surface needs a colour');
  if (at < before.at) return before.color;
  for (const stop of stops) {
    if (stop.at > at) return mixed(before, stop, (at - before.at) / (stop.at - before.at));
    before = stop;
  }
  return before.color;
}

function mixed({ color: from }: GradientStop, { color: to }: GradientStop, share: number): Color {
  const [own, other] = [(1 - share) * from.a, share * to.a];
  const a = own + other;
  if (a === 0) return { r: 0, g: 0, b: 0, a: 0 };
  const mix = (one: number, two: number) => Math.round((one * own + two * other) / a);
  return { r: mix(from.r, to.r), g: mix(from.g, to.g), b: mix(from.b, to.b), a: Math.round(a) };
}
