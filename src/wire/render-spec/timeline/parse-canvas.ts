import type { Size } from '../../../composition/output-spec.js';
import type { Canvas } from '../../../composition/timeline/timeline.js';
import type { Canvas as WireCanvas } from '../../../../generated/cutroom/v1/timeline.js';
import { type Color, TRANSPARENT } from '../../../composition/color.js';
import { at, COLOR, parseColor, type Place, refuse } from '../fields.js';
import { DEFAULT_FRAME_RATE, parseFrameRate } from '../parse-frame-rate.js';

export const CANVAS = { width: 1920, height: 1080, frameRate: DEFAULT_FRAME_RATE, background: '#000000' };
export const CANVAS_SIDE = { min: 16, max: 3840 };
/** As CSS calls it. */
const NO_BACKGROUND = 'transparent';
/** Of a background. */
export const BACKGROUND = new RegExp(`${COLOR.source}|^${NO_BACKGROUND}$`);
const MAX_SHORT_SIDE = 2160;

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
