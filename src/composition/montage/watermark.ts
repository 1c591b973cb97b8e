import type { ClipLayer } from '../composition.js';
import { CompositionError } from '../composition-error.js';
import type { KnownFacts } from '../form.js';
import type { Montage, Watermark } from './montage.js';

/** A watermark over all frames. @throws CompositionError when it is a video. */
export function watermarkLayer(
  { asset, corner, size, margin, opacity }: Watermark,
  { width, height }: Pick<Montage, 'width' | 'height'>,
  { facts, frames }: { readonly facts: KnownFacts; readonly frames: number },
): ClipLayer {
  if (facts.visual(asset.uri).kind === 'video')
    throw new CompositionError(
      'INPUT_NOT_SUPPORTED',
      asset.field,
      'this is a video or an animation: a watermark must be a still image',
    );
  const middle = (side: number, edge: 0 | 1) => (edge === 0 ? margin + size / 2 : side - margin - size / 2);
  return {
    kind: 'clips',
    isPinned: true,
    clips: [
      {
        ...{ asset, source: 'image', startFrame: 0, frames, transition: null, trimStartUs: 0, speed: 1 },
        ...{ fit: 'CONTAIN', effects: [], opacity },
        placement: {
          ...{ width: size, height: size, x: middle(width, corner.x), y: middle(height, corner.y) },
          ...{ scaleX: 1, scaleY: 1, rotation: 0, flipHorizontal: false, flipVertical: false },
          ...{ focus: { x: 0.5, y: 0.5 }, align: corner, blend: 'NORMAL' },
        },
      },
    ],
  };
}
