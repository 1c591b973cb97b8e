import type { Resolution as WireResolution, ResolvedTrack } from '../../generated/cutroom/v1/resolution.js';
import type { Cue } from '../composition/captions.js';
import { type Rational, timeUsOf } from '../composition/frame-grid.js';
import type { OutlineTrack } from '../composition/outline.js';
import type { Resolution } from '../task/ports/media-inspector.js';
import { printDuration } from './print-duration.js';

/** The most of an answer, so that it stays within a message of gRPC. */
const MAX_CLIPS = 10_000;
const MAX_CUES = 1_000;
const MAX_TEXT_CHARACTERS = 200;

/** How much of an answer is left. */
interface Room {
  clips: number;
  cues: number;
}

/** What a render would make, as callers see it. */
export function printResolution({ videos, estimate }: Resolution): WireResolution {
  const room: Room = { clips: MAX_CLIPS, cues: MAX_CUES };
  return {
    videos: videos.map(({ outline: { width, height, frameRate, frames, tracks }, cues }) => {
      const listed = cues.slice(0, room.cues);
      room.cues -= listed.length;
      return {
        duration: printDuration(timeUsOf(frames, frameRate)),
        frameCount: frames,
        frameRate: { numerator: frameRate.num, denominator: frameRate.den },
        width,
        height,
        tracks: tracks.map((track) => printTrack(track, frameRate, room)),
        cues: listed.map(printCue),
        cueCount: cues.length,
      };
    }),
    estimate: { pixelFrames: BigInt(estimate.pixelFrames), cpuTime: printDuration(estimate.cpuUs) },
  };
}

function printTrack({ field, id, clips }: OutlineTrack, rate: Rational, room: Room): ResolvedTrack {
  const listed = clips.slice(0, room.clips);
  room.clips -= listed.length;
  return {
    field,
    id,
    clips: listed.map(({ startFrame, frames, ...clip }) => {
      const startUs = timeUsOf(startFrame, rate);
      return {
        field: clip.field,
        id: clip.id,
        start: printDuration(startUs),
        duration: printDuration(timeUsOf(startFrame + frames, rate) - startUs),
        startFrame,
        frameCount: frames,
        transitionFrames: clip.transitionFrames,
      };
    }),
    clipCount: clips.length,
  };
}

function printCue({ startUs, endUs, text }: Cue) {
  const characters = Array.from(text.slice(0, 2 * (MAX_TEXT_CHARACTERS + 1)));
  const isLong = characters.length > MAX_TEXT_CHARACTERS;
  return {
    start: printDuration(startUs),
    duration: printDuration(endUs - startUs),
    text: isLong ? `${characters.slice(0, MAX_TEXT_CHARACTERS).join('')}…` : text,
  };
}
