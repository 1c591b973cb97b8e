import type { Drawing, DrawingContent } from '../../composition/drawing.js';
import type { LocatedVisual } from '../compositor/render-plan.js';
import { isTranslucent } from './surface.js';

/** A drawing as the graph sees it: an image in sRGB, full range. @param file its PNG, relative to the scratch folder. */
export function locateDrawing({ width, height, content }: Drawing, file: string): LocatedVisual {
  return {
    file,
    details: {
      facts: { kind: 'image' },
      streamIndex: 0,
      codec: 'png',
      width,
      height,
      frameRate: null,
      gridRate: null,
      hasAlpha: hasAlpha(content),
      interlaced: false,
      color: { matrix: null, range: 'pc', transfer: 'sdr', primaries: 'bt709' },
      startUs: 0,
      countedStartUs: 0,
      timeBase: { num: 1, den: 1_000_000 },
      seeking: 'EXACT',
      presentUs: 0,
      uneven: null,
    },
  };
}

function hasAlpha(content: DrawingContent): boolean {
  switch (content.kind) {
    case 'COLOR':
      return isTranslucent([content]);
    case 'LINEAR_GRADIENT':
    case 'RADIAL_GRADIENT':
      return isTranslucent(content.stops);
    case 'ROUNDED_MASK':
      return false;
    case 'BORDER':
    case 'BOX_SHADOW':
    case 'TEXT':
      return true;
  }
}
