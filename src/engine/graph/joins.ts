import type { VisualClip } from '../../composition/composition.js';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import { ratio } from './visual-clips.js';

/** A stretch of video made so far: where it comes out and how many frames it has. */
interface Stretch {
  readonly pad: string;
  readonly frames: number;
}

/**
 * Extra frames after each side of a cross-fade. Up to ffmpeg 5.1, xfade forgets the frames it still holds when it hears
 * that a side has ended, and waits for ever for a side that ends with the fade; with these, no side ends before the fade is over.
 */
const FADE_SPARE_FRAMES = 3;

/** Joins clips by cuts and cross-fades into one stretch of exactly the frames planned. @returns its chains; the last ends in the pad `joined`. */
export function joinClips(clips: readonly VisualClip[], pads: readonly string[], rate: Rational): string[] {
  const chains: string[] = [];
  const groups = groupByCuts(clips, pads);
  const stretches = groups.map((group, i) => concatenated(group, i, rate, chains));
  let soFar = stretches[0];
  if (!soFar) return chains;
  stretches.slice(1).forEach((next, i) => {
    const fade = groups[i + 1]?.[0]?.clip.fadeInFrames ?? 0;
    soFar = soFar ? crossFaded(soFar, next, fade, `faded${i}`, rate, chains) : next;
  });
  // Ends the last side's spare frames.
  chains.push(`[${soFar.pad}]trim=end_frame=${soFar.frames}[joined]`);
  return chains;
}

interface Piece {
  readonly clip: VisualClip;
  readonly pad: string;
}

/** Runs of clips with only cuts inside: between the runs are cross-fades. */
function groupByCuts(clips: readonly VisualClip[], pads: readonly string[]): Piece[][] {
  const groups: Piece[][] = [];
  clips.forEach((clip, i) => {
    const piece = { clip, pad: pads[i] ?? '' };
    const group = groups.at(-1);
    if (group && clip.fadeInFrames === 0) group.push(piece);
    else groups.push([piece]);
  });
  return groups;
}

function concatenated(group: readonly Piece[], index: number, rate: Rational, chains: string[]): Stretch {
  const frames = group.reduce((sum, { clip }) => sum + clip.frames, 0);
  const pad = `run${index}`;
  const from = group.map((piece) => `[${piece.pad}]`).join('');
  // concat counts in microseconds and gives a clip of one frame no length at all: number the frames anew.
  const concat = group.length > 1 ? `concat=n=${group.length}:v=1:a=0,` : '';
  chains.push(
    `${from}${concat}settb=${rate.den}/${rate.num},setpts=N,fps=${ratio(rate)},tpad=stop_mode=clone:stop=${FADE_SPARE_FRAMES}[${pad}]`,
  );
  return { pad, frames };
}

function crossFaded(
  before: Stretch,
  next: Stretch,
  fade: number,
  pad: string,
  rate: Rational,
  chains: string[],
): Stretch {
  const offset = seconds(before.frames - fade, rate);
  chains.push(
    `[${before.pad}][${next.pad}]xfade=transition=fade:duration=${seconds(fade, rate)}:offset=${offset}[${pad}]`,
  );
  return { pad, frames: before.frames + next.frames - fade };
}

/** xfade rounds to the frame that is nearest. */
function seconds(frames: number, rate: Rational): string {
  return (timeUsOf(frames, rate) / 1e6).toFixed(6);
}
