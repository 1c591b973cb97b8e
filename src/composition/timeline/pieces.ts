import type { Animated } from '../animated.js';
import type { ClipEffect } from '../clip-effect.js';
import type { Matte, Placement, VisualClip } from '../composition.js';
import { CompositionError } from '../composition-error.js';
import { framesOf, timeUsOf, type Rational, wholeFramesIn } from '../frame-grid.js';
import type { ScheduledClip } from './schedule.js';
import type { VideoSource } from './timeline.js';

/** A stretch of a clip in which its video is played without a break, or stands. */
export interface Piece {
  /** From the start of the clip. */
  readonly offset: number;
  readonly frames: number;
  readonly trimStartUs: number;
  readonly frozen: boolean;
}

/** How often a video may begin again. */
const MAX_LOOPS = 1_000;

/** The stretches of a clip: one, or those of a video that is shorter than the clip. @throws CompositionError for too many. */
export function piecesOf(
  { frames, availableUs }: Pick<ScheduledClip, 'frames' | 'availableUs'>,
  { trimStartUs, speed, shortSource, freeze, asset }: Omit<VideoSource, 'kind' | 'reverse' | 'sound'>,
  rate: Rational,
): Piece[] {
  const all: Piece = { offset: 0, frames, trimStartUs, frozen: freeze };
  if (freeze) return [all];
  // The grid may ask for a frame more than there is.
  if (availableUs === null || framesOf(availableUs, rate) >= frames - 1) return [all];
  switch (shortSource) {
    case 'FAIL':
      return [all];
    case 'HOLD': {
      const played = Math.max(1, wholeFramesIn(availableUs, rate));
      if (played >= frames) return [all];
      const lastUs = trimStartUs + Math.round(timeUsOf(played - 1, rate) * speed);
      return [
        { ...all, frames: played },
        { offset: played, frames: frames - played, trimStartUs: lastUs, frozen: true },
      ];
    }
    case 'LOOP': {
      const pieces: Piece[] = [];
      for (let i = 0, offset = 0; offset < frames; i += 1) {
        const end = Math.min(frames, Math.max(offset + 1, framesOf((i + 1) * availableUs, rate)));
        if (i === MAX_LOOPS)
          throw new CompositionError(
            'VIDEO_TOO_LONG',
            asset.field,
            `this video would begin again more than ${MAX_LOOPS} times`,
          );
        pieces.push({ offset, frames: end - offset, trimStartUs, frozen: false });
        offset = end;
      }
      return pieces;
    }
  }
}

/** A clip as clips of its pieces. The first has the transition from the clip before. */
export function cutIntoPieces(clip: VisualClip, pieces: readonly Piece[]): VisualClip[] {
  const [only] = pieces;
  if (only && pieces.length === 1) return [only.frozen ? { ...clip, frozen: true } : clip];
  return pieces.map(({ offset, frames, trimStartUs, frozen }) => ({
    ...clip,
    startFrame: clip.startFrame + offset,
    frames,
    trimStartUs,
    ...(frozen ? { frozen } : {}),
    transition: offset === 0 ? clip.transition : null,
    opacity: earlier(clip.opacity, offset),
    effects: clip.effects.map((effect) => earlierEffect(effect, offset)),
    ...(clip.placement ? { placement: earlierPlacement(clip.placement, offset) } : {}),
  }));
}

/** A value as a piece has it that begins so many frames or samples later: keys may lie before it. */
export function earlier(value: Animated, by: number): Animated {
  if (typeof value === 'number' || by === 0) return value;
  const [first, ...rest] = value;
  const moved = (key: (typeof value)[number]) => ({ ...key, at: key.at - by });
  return [moved(first), ...rest.map(moved)];
}

/** The same for an effect. */
export function earlierEffect(effect: ClipEffect, by: number): ClipEffect {
  switch (effect.kind) {
    case 'ZOOM':
      return { ...effect, scale: earlier(effect.scale, by) };
    case 'VIEW':
      return { ...effect, x: earlier(effect.x, by), y: earlier(effect.y, by) };
    case 'BLUR':
      return { ...effect, sigma: earlier(effect.sigma, by) };
    case 'FADE_IN':
    case 'FADE_OUT':
    case 'SLIDE_IN':
    case 'SLIDE_OUT':
    case 'COLOR':
    case 'LUT':
    case 'CHROMA_KEY':
      return effect;
  }
}

/** The matte of a piece that begins so many frames later. */
export function laterMatte(matte: Matte, by: number): Matte {
  return { ...matte, video: { ...matte.video, fromFrame: matte.video.fromFrame + by } };
}

function earlierPlacement(placement: Placement, by: number): Placement {
  return {
    ...placement,
    x: earlier(placement.x, by),
    y: earlier(placement.y, by),
    scaleX: earlier(placement.scaleX, by),
    scaleY: earlier(placement.scaleY, by),
    rotation: earlier(placement.rotation, by),
    ...(placement.matte ? { matte: laterMatte(placement.matte, by) } : {}),
  };
}
