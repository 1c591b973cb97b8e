import type { Outline } from '../outline.js';
import type { Schedule } from './schedule.js';
import type { Timeline } from './timeline.js';

/** The times of a timeline's tracks and clips; what lies beyond the end of the video is not shown. */
export function outlineTimeline({ canvas, tracks }: Timeline, { frames, clips }: Schedule): Outline {
  const { width, height, frameRate } = canvas;
  return {
    ...{ width, height, frameRate, frames },
    tracks: tracks.map(({ id }, i) => ({
      field: `spec.timeline.tracks[${i}]`,
      id,
      clips: clips
        .filter(({ track }) => track === i)
        .map(({ clip, startFrame, frames: own, transitionFrames }) => ({
          field: clip.field,
          id: clip.id,
          startFrame,
          frames: Math.max(1, Math.min(own, frames - startFrame)),
          transitionFrames,
        })),
    })),
  };
}
