import { framesOf, timeUsOf } from '../../composition/frame-grid.js';
import type { Thumbnails } from '../../composition/output-spec.js';
import { RenderError } from '../../task/failure.js';
import type { PlannedContent } from './output-profile.js';

/** The frames that are taken, in order. @throws RenderError RANGE_OUTSIDE_VIDEO for a time at which there is none. */
export function framesOfThumbnails({ at }: Pick<Thumbnails, 'at'>, { frames, frameRate }: PlannedContent): number[] {
  if (typeof at === 'number') return Array.from({ length: at }, (_, i) => Math.floor(((i + 0.5) * frames) / at));
  return at.map(({ us, field }) => {
    const nearest = framesOf(us, frameRate);
    const frame = timeUsOf(nearest, frameRate) > us ? nearest - 1 : nearest;
    if (frame < frames) return frame;
    const seconds = (timeUsOf(frames, frameRate) / 1e6).toFixed(2);
    throw new RenderError('RANGE_OUTSIDE_VIDEO', `the file has no frame at this time: it lasts ${seconds} s`, {
      field,
    });
  });
}
