import { framesOf, timeUsOf } from '../../../composition/frame-grid.js';
import type { PlannedContent } from '../output-profile.js';

export const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

/** At least one. */
export function framesPerSegment(segmentUs: number, { frameRate }: Pick<PlannedContent, 'frameRate'>): number {
  return Math.max(1, framesOf(segmentUs, frameRate));
}

/** The length of a segment of pictures. @param number from 0. @param every how many frames a segment has. */
export function secondsOf(number: number, every: number, { frames, frameRate }: PlannedContent): number {
  const [from, to] = [number * every, Math.min(frames, (number + 1) * every)];
  return (timeUsOf(to, frameRate) - timeUsOf(from, frameRate)) / 1e6;
}
