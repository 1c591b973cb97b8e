import type { Composition, Layer } from './composition.js';
import { cropOf, type OutputSpec } from './output-spec.js';

/** A composition of which a part of the picture is shown, with captions as large in it as they were in the whole. */
export function cutComposition(composition: Composition, cut: OutputSpec['crop']): Composition {
  if (!cut) return composition;
  const crop = cropOf(composition, cut);
  const factor = Math.min(crop.width, crop.height) / Math.min(composition.width, composition.height);
  return { ...composition, crop, layers: composition.layers.map((layer) => withCaptionsBy(factor, layer)) };
}

function withCaptionsBy(factor: number, layer: Layer): Layer {
  if (layer.kind !== 'captions') return layer;
  const { style } = layer;
  const scaled = { fontSize: style.fontSize * factor, outlineWidth: style.outlineWidth * factor };
  return { ...layer, style: { ...style, ...scaled } };
}
