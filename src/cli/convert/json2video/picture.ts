import { Fit } from '../../../../generated/cutroom/v1/montage.js';
import {
  Anchor,
  type Box,
  ChromaKey,
  type Clip,
  ColorAdjustment,
  Layout,
  Motion,
  Motion_Kind,
} from '../../../../generated/cutroom/v1/timeline.js';
import { type Frame, percentLength, percentOf, rounded } from '../canvas.js';
import { opaqueColorIn } from '../color.js';
import type { Source } from '../reader.js';

/** Between the edges and what stands at them, in percent. */
const MARGIN = 5;

interface Place {
  readonly anchor: Anchor;
  readonly x: number;
  readonly y: number;
}

const PLACES: Readonly<Record<string, Place | undefined>> = {
  custom: undefined,
  'top-left': { anchor: Anchor.ANCHOR_TOP_LEFT, x: MARGIN, y: MARGIN },
  'top-center': { anchor: Anchor.ANCHOR_TOP, x: 50, y: MARGIN },
  'top-right': { anchor: Anchor.ANCHOR_TOP_RIGHT, x: 100 - MARGIN, y: MARGIN },
  'center-left': { anchor: Anchor.ANCHOR_LEFT, x: MARGIN, y: 50 },
  'center-center': { anchor: Anchor.ANCHOR_CENTER, x: 50, y: 50 },
  'center-right': { anchor: Anchor.ANCHOR_RIGHT, x: 100 - MARGIN, y: 50 },
  'bottom-left': { anchor: Anchor.ANCHOR_BOTTOM_LEFT, x: MARGIN, y: 100 - MARGIN },
  'bottom-center': { anchor: Anchor.ANCHOR_BOTTOM, x: 50, y: 100 - MARGIN },
  'bottom-right': { anchor: Anchor.ANCHOR_BOTTOM_RIGHT, x: 100 - MARGIN, y: 100 - MARGIN },
};

const FITS: Readonly<Record<string, Fit>> = {
  cover: Fit.FIT_COVER,
  fill: Fit.FIT_FILL,
  fit: Fit.FIT_CONTAIN,
  contain: Fit.FIT_CONTAIN,
};

/** Place and look of an image or video. */
export function pictureOf(source: Source, frame: Frame): Partial<Clip> {
  const rotate = source.object('rotate');
  const speed = rotate?.number('speed') ?? 0;
  if (speed !== 0) rotate?.warn('speed', 'has no counterpart; it stands still at its angle');
  return {
    layout: layoutOf(source, frame),
    rotation: rotate?.number('angle', { min: -3600, max: 3600 }) ?? 0,
    flipHorizontal: source.flag('flip-horizontal') ?? false,
    flipVertical: source.flag('flip-vertical') ?? false,
    colorAdjustment: correctionOf(source.object('correction')),
    chromaKey: chromaKeyOf(source.object('chroma-key')),
    motion: motionOf(source),
  };
}

/** The box of an element: pixels, or a place by name. Undefined for all of the frame. */
export function boxOf(source: Source, frame: Frame): { readonly box: Box; readonly anchor: Anchor } | undefined {
  const [width, height] = [lengthIn(source, 'width'), lengthIn(source, 'height')];
  const place = source.word('position', PLACES);
  const [x, y] = [source.number('x') ?? 0, source.number('y') ?? 0];
  if (width === undefined && height === undefined && x === 0 && y === 0) return undefined;
  const size = {
    width: width === undefined ? 100 : percentLength((width / frame.width) * 100),
    height: height === undefined ? 100 : percentLength((height / frame.height) * 100),
  };
  if (place) return { box: { x: place.x, y: place.y, ...size }, anchor: place.anchor };
  return {
    box: { x: percentOf(x, frame.width), y: percentOf(y, frame.height), ...size },
    anchor: Anchor.ANCHOR_TOP_LEFT,
  };
}

/** -1 is a length that follows from the file. */
function lengthIn(source: Source, key: string): number | undefined {
  const given = source.number(key);
  return given === undefined || given <= 0 ? undefined : given;
}

function layoutOf(source: Source, frame: Frame): Layout {
  const resize = source.word('resize', FITS);
  const [width, height] = [lengthIn(source, 'width'), lengthIn(source, 'height')];
  const isSized = width !== undefined || height !== undefined;
  const place = boxOf(source, frame);
  const own = width !== undefined && height !== undefined ? Fit.FIT_FILL : isSized ? Fit.FIT_CONTAIN : Fit.FIT_NONE;
  if ((resize ?? own) === Fit.FIT_CONTAIN && own === Fit.FIT_CONTAIN)
    source.warn(
      width === undefined ? 'width' : 'height',
      'follows from the file; it stands in the middle of a box as long as the frame',
    );
  if (resize === undefined && own === Fit.FIT_NONE)
    source.warn('resize', 'is not said, nor a size; it stands in its own size in the middle of its box');
  return Layout.fromPartial({ fit: resize ?? own, crop: cropOf(source.object('crop')), ...place });
}

function cropOf(crop: Source | undefined): Box | undefined {
  crop?.leaveOut('is in pixels of a file whose size is not known; it is left out');
  return undefined;
}

function correctionOf(correction: Source | undefined): ColorAdjustment | undefined {
  if (!correction) return undefined;
  return ColorAdjustment.fromPartial({
    brightness: correction.number('brightness', { min: -1, max: 1 }) ?? 0,
    contrast: correction.number('contrast', { min: 0, max: 4 }),
    saturation: correction.number('saturation', { min: 0, max: 3 }),
    gamma: correction.number('gamma', { min: 0.1, max: 10 }) ?? 0,
  });
}

function chromaKeyOf(key: Source | undefined): ChromaKey | undefined {
  const color = key && opaqueColorIn(key, 'color');
  if (!key || color === undefined) return undefined;
  const tolerance = key.number('tolerance', { min: 1, max: 100 }) ?? 25;
  return ChromaKey.fromPartial({ color, similarity: rounded(tolerance / 100) });
}

const PANS: Readonly<Record<string, { readonly kind: Motion_Kind; readonly isDiagonal: boolean }>> = {
  left: { kind: Motion_Kind.KIND_PAN_LEFT, isDiagonal: false },
  right: { kind: Motion_Kind.KIND_PAN_RIGHT, isDiagonal: false },
  top: { kind: Motion_Kind.KIND_PAN_UP, isDiagonal: false },
  bottom: { kind: Motion_Kind.KIND_PAN_DOWN, isDiagonal: false },
  'top-left': { kind: Motion_Kind.KIND_PAN_LEFT, isDiagonal: true },
  'top-right': { kind: Motion_Kind.KIND_PAN_RIGHT, isDiagonal: true },
  'bottom-left': { kind: Motion_Kind.KIND_PAN_LEFT, isDiagonal: true },
  'bottom-right': { kind: Motion_Kind.KIND_PAN_RIGHT, isDiagonal: true },
};

const ZOOM = { min: -10, max: 10 };
const DISTANCE = { min: 0.01, max: 0.5 };

/** `pan`, or else `zoom`, whose 10 steps are 100 %. */
function motionOf(source: Source): Motion | undefined {
  const zoom = source.number('zoom', ZOOM) ?? 0;
  const pan = source.word('pan', PANS);
  const distance = source.number('pan-distance', DISTANCE) ?? 0.1;
  if (pan) {
    if (zoom !== 0) source.warn('zoom', 'has no counterpart beside `pan`; it is left out');
    if (pan.isDiagonal) source.warn('pan', 'goes to the side only');
    return Motion.fromPartial({ kind: pan.kind, strength: distance });
  }
  if (zoom === 0) return undefined;
  const strength = Math.max(0.01, rounded(Math.abs(zoom) / 10));
  return Motion.fromPartial({ kind: zoom > 0 ? Motion_Kind.KIND_ZOOM_IN : Motion_Kind.KIND_ZOOM_OUT, strength });
}
