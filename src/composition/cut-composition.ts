import type { CaptionLayer, Composition, Layer, VisualClip } from './composition.js';
import { type Crop, cropOf, type OutputSpec, type Size } from './output-spec.js';

/** A composition of which a part of the picture is shown, with captions and pinned clips as large in it as they were in the whole. */
export function cutComposition(composition: Composition, cut: OutputSpec['crop']): Composition {
  if (!cut) return composition;
  const crop = cropOf(composition, cut);
  const factor = Math.min(crop.width, crop.height) / Math.min(composition.width, composition.height);
  const layers = composition.layers.map((layer): Layer => {
    if (layer.kind === 'captions') return withCaptionsBy(factor, layer);
    if (!layer.isPinned) return layer;
    return { ...layer, clips: layer.clips.map((clip) => pinned(clip, { whole: composition, crop, factor })) };
  });
  return { ...composition, crop, layers };
}

interface Cut {
  readonly whole: Size;
  readonly crop: Crop;
  readonly factor: number;
}

/** A clip in the corner of the cut that it has in the whole. */
function pinned(clip: VisualClip, { whole, crop, factor }: Cut): VisualClip {
  const { placement } = clip;
  if (!placement) return clip;
  const { x, y, align = { x: 0, y: 0 } } = placement;
  const [width, height] = [placement.width, placement.height].map((side) => Math.max(1, Math.round(side * factor))) as [
    number,
    number,
  ];
  return {
    ...clip,
    placement: {
      ...placement,
      ...{ width, height },
      x:
        crop.left +
        cornerOf(Number(x), align.x, { from: placement.width, to: width, whole: whole.width, cut: crop.width, factor }),
      y:
        crop.top +
        cornerOf(Number(y), align.y, {
          from: placement.height,
          to: height,
          whole: whole.height,
          cut: crop.height,
          factor,
        }),
    },
  };
}

/** The middle of a side, from the edge of the cut. */
function cornerOf(
  middle: number,
  edge: number,
  { from, to, whole, cut, factor }: { from: number; to: number; whole: number; cut: number; factor: number },
): number {
  const margin = (edge === 0 ? middle - from / 2 : whole - middle - from / 2) * factor;
  return edge === 0 ? margin + to / 2 : cut - margin - to / 2;
}

function withCaptionsBy(factor: number, layer: CaptionLayer): CaptionLayer {
  const { style } = layer;
  const scaled = { fontSize: style.fontSize * factor, outlineWidth: style.outlineWidth * factor };
  return { ...layer, style: { ...style, ...scaled } };
}
