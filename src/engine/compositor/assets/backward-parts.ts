import type { VisualDetails } from '../../probe/media-details.js';
import type { Section, ShownClip } from '../section.js';

/** Bytes of a pixel: of 8 bits in 4:2:0, and the most that is reckoned with. */
const BYTES_PER_PIXEL = { least: 1.5, most: 4 } as const;
/** That one part may hold. */
const PART_BYTES = 256 * 1024 ** 2;
/** Of one clip in a command: each is a decoder of its own. More than these hold more frames instead. */
const MOST_PARTS = 8;

type Part = Pick<ShownClip, 'fromFrame' | 'frames'>;

/**
 * The parts in which a clip is played backwards, in the order in which they are shown; their frames are counted as if it played forwards.
 * @param wholeFrames the clip's `backwardsFrom`.
 */
export function backwardParts({ fromFrame, frames }: Part, wholeFrames: number, details: Sized): Part[] {
  const most = framesHeld(frames, details);
  const end = wholeFrames - fromFrame;
  const parts: Part[] = [];
  for (let done = 0; done < frames; done += most) {
    const part = Math.min(most, frames - done);
    parts.push({ fromFrame: end - done - part, frames: part });
  }
  return parts;
}

/** The least memory that holds one part of so many frames that a command shows. */
export function bytesHeld({ frames }: Pick<Section, 'frames'>, details: Sized): number {
  return framesHeld(frames, details) * details.width * details.height * BYTES_PER_PIXEL.least;
}

type Sized = Pick<VisualDetails, 'width' | 'height'>;

function framesHeld(frames: number, { width, height }: Sized): number {
  const fitting = Math.floor(PART_BYTES / (width * height * BYTES_PER_PIXEL.most));
  return Math.min(frames, Math.max(1, fitting, Math.ceil(frames / MOST_PARTS)));
}
