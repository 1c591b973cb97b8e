import { type CaptionLayer, type Composition, pictureSize, visualClips } from './composition.js';
import type { Size } from './output-spec.js';

/** A caption layer, and the size of the picture that it is drawn in. */
interface DrawnCaptions {
  readonly layer: CaptionLayer;
  readonly size: Size;
  /** The stretches of the whole in which its picture is seen, and the frame of the whole with which that begins; where it is nested. */
  readonly seen: readonly { readonly startFrame: number; readonly endFrame: number; readonly zeroFrame: number }[];
}

/** Every caption layer that is drawn, also those of nested compositions and of mattes: each once, in an order that is always the same. */
export function drawnCaptions(composition: Composition): DrawnCaptions[] {
  const found = new Map<CaptionLayer, DrawnCaptions>();
  collect(composition, { startFrame: 0, endFrame: composition.frames, zeroFrame: 0 }, found);
  return [...found.values()];
}

function collect(
  composition: Composition,
  seen: DrawnCaptions['seen'][number],
  found: Map<CaptionLayer, DrawnCaptions>,
): void {
  for (const layer of composition.layers) {
    if (layer.kind !== 'captions') continue;
    const before = found.get(layer);
    found.set(layer, { layer, size: pictureSize(composition), seen: [...(before?.seen ?? []), seen] });
  }
  for (const clip of visualClips(composition))
    for (const video of [clip.nested, clip.placement?.matte?.video]) {
      if (!video) continue;
      const start = seen.zeroFrame + clip.startFrame;
      const within = {
        startFrame: Math.max(seen.startFrame, start),
        endFrame: Math.min(seen.endFrame, start + clip.frames),
        zeroFrame: start - video.fromFrame,
      };
      if (within.startFrame < within.endFrame) collect(video.composition, within, found);
    }
}
