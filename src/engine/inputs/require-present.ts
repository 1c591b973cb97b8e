import { allClips, type Composition } from '../../composition/composition.js';
import { timeUsOf } from '../../composition/frame-grid.js';
import { RenderError } from '../../task/failure.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { VisualDetails } from '../probe/media-details.js';
import { inSeconds } from '../seconds.js';

/** Rounding between frame rates may ask for this much more than a file has. */
const ROUNDING_FRAMES = 1.5;

/**
 * Refuses videos that hold fewer frames than their clips show, whatever they claim.
 * @throws RenderError INPUT_TRUNCATED with the field, and both lengths in its message.
 */
export function requirePresent(composition: Composition, media: KnownMedia): void {
  for (const { clip } of allClips(composition)) {
    const details = media.visuals.get(clip.asset.uri)?.details;
    if (clip.source === 'image' || !details) continue;
    const toleranceUs = timeUsOf(1, composition.frameRate) * clip.speed * ROUNDING_FRAMES + frameUs(details);
    const shownUs =
      clip.frozen === true ? 0 : timeUsOf(clip.backwardsFrom ?? clip.frames, composition.frameRate) * clip.speed;
    const neededUs = clip.trimStartUs + shownUs;
    if (details.presentUs + toleranceUs >= neededUs) continue;
    const message = `this file is cut off: ${inSeconds(details.presentUs)} of video are in it, its clip needs ${inSeconds(neededUs)}`;
    throw new RenderError('INPUT_TRUNCATED', message, { field: clip.asset.field });
  }
}

/** Some containers do not say how long their last frame is shown. */
function frameUs({ frameRate }: VisualDetails): number {
  return frameRate ? timeUsOf(1, frameRate) : 0;
}
