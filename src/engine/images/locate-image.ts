import { RenderError } from '../../task/failure.js';
import type { LocatedVisual } from '../compositor/render-plan.js';
import type { ReadImage } from './image-request.js';

/** An image that was read, as the graph sees it: a PNG, or a film of PNGs. @throws RenderError for one that was refused. */
export function locateImage(image: ReadImage): LocatedVisual {
  switch (image.kind) {
    case 'refused':
      throw new RenderError(image.reason, image.message, { field: image.field });
    case 'image':
      return {
        file: image.file,
        details: { ...detailsOf(image), facts: { kind: 'image' }, presentUs: 0, uneven: null },
      };
    case 'animation': {
      const facts = { kind: 'video', durationUs: image.durationUs } as const;
      return {
        file: image.file,
        details: { ...detailsOf(image), facts, presentUs: image.writtenUs, uneven: { lastFrameUs: 0 } },
      };
    }
  }
}

function detailsOf({ width, height, hasAlpha, transfer, primaries }: Exclude<ReadImage, { kind: 'refused' }>) {
  const color = { matrix: null, range: 'pc', transfer, primaries } as const;
  return {
    streamIndex: 0,
    codec: 'png',
    width,
    height,
    frameRate: null,
    gridRate: null,
    hasAlpha,
    interlaced: false,
    color,
    startUs: 0,
    countedStartUs: 0,
    timeBase: { num: 1, den: 1_000_000 },
    seeking: 'EXACT' as const,
  };
}
