import type { Rational } from '../../../composition/frame-grid.js';
import type { Size } from '../../../composition/output-spec.js';
import type { Canvas } from '../../../composition/timeline/timeline.js';
import type { Canvas as WireCanvas } from '../../../../generated/cutroom/v1/timeline.js';
import { type Color, TRANSPARENT } from '../../../composition/color.js';
import { at, COLOR, parseColor, type Place, refuse } from '../fields.js';

export const CANVAS = { width: 1920, height: 1080, frameRate: '30', background: '#000000' };
export const CANVAS_SIDE = { min: 16, max: 3840 };
/** As CSS calls it. */
const NO_BACKGROUND = 'transparent';
/** Of a background. */
export const BACKGROUND = new RegExp(`${COLOR.source}|^${NO_BACKGROUND}$`);
const MAX_SHORT_SIDE = 2160;
const FRAME_RATE = /^([1-9]\d{0,5})(?:\/([1-9]\d{0,5}))?$/;
const FRAME_RATES = { min: 1, max: 120 };
/** Times in microseconds multiply it: up to 4 h they stay below 2^53. */
const MAX_NUMERATOR = 240_000;

/** Reads the frame that everything is placed in. */
export function parseCanvas(wire: WireCanvas | undefined, place: Place): Canvas {
  const size = { width: wire?.width || CANVAS.width, height: wire?.height || CANVAS.height };
  return {
    ...parseCanvasSize(size, place),
    frameRate: parseFrameRate(wire?.frameRate || CANVAS.frameRate, at(place, 'frame_rate')),
    background: parseBackground(wire?.background || CANVAS.background, at(place, 'background')),
  };
}

/** Reads the size of a canvas. */
export function parseCanvasSize(wire: Size, place: Place): Size {
  const width = parseSide(wire.width, at(place, 'width'));
  const height = parseSide(wire.height, at(place, 'height'));
  if (Math.min(width, height) > MAX_SHORT_SIDE)
    refuse(
      at(place, 'height'),
      `must be at most ${MAX_SHORT_SIDE} where the width is ${width}: one side may not be longer`,
    );
  return { width, height };
}

function parseBackground(text: string, place: Place): Color {
  if (text === NO_BACKGROUND) return TRANSPARENT;
  if (!COLOR.test(text)) refuse(place, `must be a colour as #RRGGBB, or ${NO_BACKGROUND}`);
  return parseColor(COLOR.test(text) ? text : CANVAS.background, place, 'refused');
}

function parseSide(side: number, place: Place): number {
  if (side >= CANVAS_SIDE.min && side <= CANVAS_SIDE.max && side % 2 === 0) return side;
  refuse(place, `must be an even number from ${CANVAS_SIDE.min} to ${CANVAS_SIDE.max}`);
  return CANVAS_SIDE.min;
}

function parseFrameRate(text: string, place: Place): Rational {
  const [, num = '', den = '1'] = FRAME_RATE.exec(text) ?? [];
  const rate = reduced(Number(num), Number(den));
  const each = rate.num / rate.den;
  if (num !== '' && each >= FRAME_RATES.min && each <= FRAME_RATES.max && rate.num <= MAX_NUMERATOR) return rate;
  refuse(
    place,
    `must be ${FRAME_RATES.min} to ${FRAME_RATES.max}, as a number such as 25 or a fraction such as 30000/1001`,
  );
  return { num: 30, den: 1 };
}

function reduced(num: number, den: number): Rational {
  const divisor = gcd(num, den);
  return { num: num / divisor, den: den / divisor };
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.max(1, a) : gcd(b, a % b);
}
