import { Fit } from '../../../../generated/cutroom/v1/montage.js';
import {
  Anchor,
  type Box,
  type Keyframe,
  Keyframe_Property,
  Layout,
} from '../../../../generated/cutroom/v1/timeline.js';
import { type Frame, percent, percentLength } from '../canvas.js';
import type { Source } from '../reader.js';
import type { Asset } from './converted-asset.js';
import { tweened } from './tween.js';

interface Placed {
  readonly layout: Layout | undefined;
  readonly keyframes: readonly Keyframe[];
}

/** The place that a word of `position` means: the anchor, and the point of the viewport that it lies at, in percent. */
export const POSITIONS: Readonly<Record<string, { readonly anchor: Anchor; readonly x: number; readonly y: number }>> =
  {
    topLeft: { anchor: Anchor.ANCHOR_TOP_LEFT, x: 0, y: 0 },
    top: { anchor: Anchor.ANCHOR_TOP, x: 50, y: 0 },
    topRight: { anchor: Anchor.ANCHOR_TOP_RIGHT, x: 100, y: 0 },
    left: { anchor: Anchor.ANCHOR_LEFT, x: 0, y: 50 },
    center: { anchor: Anchor.ANCHOR_CENTER, x: 50, y: 50 },
    right: { anchor: Anchor.ANCHOR_RIGHT, x: 100, y: 50 },
    bottomLeft: { anchor: Anchor.ANCHOR_BOTTOM_LEFT, x: 0, y: 100 },
    bottom: { anchor: Anchor.ANCHOR_BOTTOM, x: 50, y: 100 },
    bottomRight: { anchor: Anchor.ANCHOR_BOTTOM_RIGHT, x: 100, y: 100 },
  };

const CENTER = { anchor: Anchor.ANCHOR_CENTER, x: 50, y: 50 };

/** FIT_COVER is our default too. */
const FITS: Readonly<Record<string, Fit>> = {
  crop: Fit.FIT_UNSPECIFIED,
  cover: Fit.FIT_FILL,
  contain: Fit.FIT_CONTAIN,
  none: Fit.FIT_NONE,
};

/** Where a clip stands: scale, position and offset as a box with an anchor. */
export function layoutOf(source: Source, asset: Asset, frame: Frame): Placed {
  const place = source.word('position', POSITIONS) ?? asset.position ?? CENTER;
  const fitted = source.word('fit', FITS) ?? Fit.FIT_UNSPECIFIED;
  const fit = asset.kind === 'MEDIA' ? fitted : Fit.FIT_UNSPECIFIED;
  const size = sizeOf(source, asset, frame);
  const rate = frame.rate;
  const offset = source.object('offset') ?? asset.offset;
  const x =
    offset &&
    tweened(offset, 'x', { property: Keyframe_Property.PROPERTY_X, rate, to: (by) => percent(place.x + by * 100) });
  const y =
    offset &&
    tweened(offset, 'y', { property: Keyframe_Property.PROPERTY_Y, rate, to: (by) => percent(place.y - by * 100) });
  const keyframes = [...size.keyframes, ...(x?.keyframes ?? []), ...(y?.keyframes ?? [])];
  const box: Box = { x: x?.value ?? place.x, y: y?.value ?? place.y, width: size.width, height: size.height };
  warnOfFit(source, fit, { place, isWhole: size.width === 100 && size.height === 100 });

  const isWhole =
    box.width === 100 && box.height === 100 && box.x === place.x && box.y === place.y && keyframes.length === 0;
  if (isWhole && fit === Fit.FIT_UNSPECIFIED && asset.crop === undefined) return { layout: undefined, keyframes };
  const layout = Layout.fromPartial({ fit, crop: asset.crop });
  return { layout: isWhole ? layout : { ...layout, box, anchor: place.anchor }, keyframes };
}

function warnOfFit(
  source: Source,
  fit: Fit,
  { place, isWhole }: { place: { anchor: Anchor }; isWhole: boolean },
): void {
  const isCentred = place.anchor === Anchor.ANCHOR_CENTER;
  if (fit === Fit.FIT_CONTAIN && !isCentred)
    source.warn('position', 'holds for the box; an asset of another shape stands in the middle of its box');
  if (fit === Fit.FIT_NONE && !isCentred)
    source.warn('position', 'has no counterpart with fit “none”; the asset stands in the middle');
  if (fit === Fit.FIT_NONE && !isWhole)
    source.warn('scale', 'makes the box smaller; with fit “none” the asset keeps its own size');
}

/** The size of the box in percent, and keyframes while it changes. */
function sizeOf(
  source: Source,
  asset: Asset,
  { width, height, rate }: Frame,
): { width: number; height: number; keyframes: Keyframe[] } {
  const own = (key: 'width' | 'height', side: number) => {
    const pixels = source.number(key) ?? asset.size?.[key];
    return pixels === undefined || pixels <= 0 ? 100 : (pixels / side) * 100;
  };
  const [baseWidth, baseHeight] = [own('width', width), own('height', height)];
  const scaled = (property: Keyframe_Property, base: number) =>
    tweened(source, 'scale', { property, rate, to: (scale) => percentLength(base * scale) });
  const [w, h] = [
    scaled(Keyframe_Property.PROPERTY_WIDTH, baseWidth),
    scaled(Keyframe_Property.PROPERTY_HEIGHT, baseHeight),
  ];
  return {
    width: w.value ?? percentLength(baseWidth),
    height: h.value ?? percentLength(baseHeight),
    keyframes: [...w.keyframes, ...h.keyframes],
  };
}
