import type { Canvas } from '../../../composition/timeline/timeline.js';
import type { Canvas as WireCanvas } from '../../../../generated/cutroom/v1/timeline.js';
import { at, parseColor, type Place, refuse } from '../fields.js';
import { DEFAULT_FRAME_RATE, parseFrameRate } from '../parse-frame-rate.js';

export const CANVAS = { width: 1920, height: 1080, frameRate: DEFAULT_FRAME_RATE, background: '#000000' };
export const CANVAS_SIDE = { min: 16, max: 3840 };
const MAX_SHORT_SIDE = 2160;

/** Reads the frame that everything is placed in. */
export function parseCanvas(wire: WireCanvas | undefined, place: Place): Canvas {
  const width = parseSide(wire?.width || CANVAS.width, at(place, 'width'));
  const height = parseSide(wire?.height || CANVAS.height, at(place, 'height'));
  if (Math.min(width, height) > MAX_SHORT_SIDE)
    refuse(
      at(place, 'height'),
      `must be at most ${MAX_SHORT_SIDE} where the width is ${width}: one side may not be longer`,
    );
  return {
    width,
    height,
    frameRate: parseFrameRate(wire?.frameRate ?? '', at(place, 'frame_rate')),
    background: parseColor(wire?.background || CANVAS.background, at(place, 'background'), 'refused'),
  };
}

function parseSide(side: number, place: Place): number {
  if (side >= CANVAS_SIDE.min && side <= CANVAS_SIDE.max && side % 2 === 0) return side;
  refuse(place, `must be an even number from ${CANVAS_SIDE.min} to ${CANVAS_SIDE.max}`);
  return CANVAS_SIDE.min;
}
