import { Border, Clip, ColorAsset } from '../../../../generated/cutroom/v1/timeline.js';
import { scaledPixels } from '../canvas.js';
import { colorIn, hexColor } from '../color.js';
import type { Source } from '../reader.js';
import type { Asset } from './converted-asset.js';
import type { ClipContext } from './context.js';

const OPACITY = { min: 0, max: 1 };
const RADIUS = { min: 0, max: 2160 };

interface Outline {
  readonly width: number;
  readonly height: number;
  /** In pixels of the viewport. */
  readonly radius: number;
}

/** A shape: a surface with round corners. */
export function shapeOf(asset: Source, { frame }: ClipContext): Asset | undefined {
  const outline = outlineOf(asset);
  if (!outline || outline.width <= 0 || outline.height <= 0) {
    asset.leaveOut('is a shape without a counterpart, or without a size; the clip is left out');
    return undefined;
  }
  // The bounds that the shape is drawn in.
  asset.ignore('width', 'height');
  const fill = asset.object('fill');
  const opacity = fill?.number('opacity', OPACITY) ?? 1;
  const color = (fill && colorIn(fill, 'color', opacity)) ?? hexColor(fill ? 'black' : 'transparent', opacity) ?? '';
  const stroke = asset.object('stroke');
  const width = stroke?.number('width') ?? 0;
  const border =
    stroke && width > 0
      ? Border.fromPartial({
          width: scaledPixels(width, frame, { min: 0.1, max: 200 }),
          color: colorIn(stroke, 'color') ?? '',
        })
      : undefined;
  const clip = Clip.fromPartial({
    asset: { $case: 'color', value: ColorAsset.fromPartial({ color }) },
    cornerRadius: outline.radius > 0 ? scaledPixels(outline.radius, frame, RADIUS) : 0,
    border,
  });
  return { kind: 'DRAWN', clip, size: outline };
}

function outlineOf(asset: Source): Outline | undefined {
  const shape = asset.text('shape');
  if (shape === 'circle') {
    const radius = asset.object('circle')?.number('radius') ?? 0;
    return { width: radius * 2, height: radius * 2, radius };
  }
  if (shape === 'rectangle') {
    const rectangle = asset.object('rectangle');
    const radius = rectangle?.number('cornerRadius') ?? 0;
    return { width: rectangle?.number('width') ?? 0, height: rectangle?.number('height') ?? 0, radius };
  }
  if (shape === 'line') {
    const line = asset.object('line');
    return { width: line?.number('length') ?? 0, height: line?.number('thickness') ?? 0, radius: 0 };
  }
  return undefined;
}
