import { CompositionError } from '../composition-error.js';
import { framesOf, timeUsOf, wholeFramesIn, type Rational } from '../frame-grid.js';
import type { VisualFacts } from '../media-facts.js';
import type { AssetRef } from '../asset.js';
import type { Montage } from './montage.js';
import { shuffled } from '../random.js';

/** A stretch of one material that may be shown. */
export interface Shot {
  /** Index of the material. */
  readonly material: number;
  /** Where it begins in the material. */
  readonly trimStartUs: number;
  /** On the output's grid, at the montage's speed. */
  readonly frames: number;
}

/** How much of a video random pieces are taken of: its packets are read that far, before anything is rendered. */
const RANDOM_REACH_US = 600_000_000;

/** How much of a material, from its beginning, a montage may show. */
export function reachUs(montage: Montage): number {
  switch (montage.concat) {
    case 'SEQUENTIAL':
      return Math.ceil(montage.longestClipUs * montage.speed);
    case 'RANDOM':
      return RANDOM_REACH_US;
  }
}

/**
 * What is shown once before anything is shown again, in order.
 * @param leastFrames the least that a piece at the end of a video needs to be worth showing.
 * @throws CompositionError when a material is too short to be shown.
 */
export function planShots(
  montage: Montage,
  materials: readonly VisualFacts[],
  { rate, leastFrames, random }: { rate: Rational; leastFrames: number; random: () => number },
): Shot[] {
  const longest = Math.max(1, framesOf(montage.longestClipUs, rate));
  const pieces = montage.materials.map((asset, material) =>
    piecesOf({ montage, asset, facts: materials[material], longest, leastFrames, rate }, material),
  );
  switch (montage.concat) {
    case 'SEQUENTIAL':
      return pieces.flatMap((own) => own.slice(0, 1));
    case 'RANDOM': {
      // Every piece is as long as the first, but for the last.
      const firsts = pieces.map(
        (own) => own[Math.floor(random() * own.filter((piece) => piece.frames === own[0]?.frames).length)],
      );
      const rest = pieces.flat().filter((piece) => !firsts.includes(piece));
      return [
        ...shuffled(
          firsts.flatMap((piece) => piece ?? []),
          random,
        ),
        ...shuffled(rest, random),
      ];
    }
  }
}

interface Source {
  readonly montage: Montage;
  readonly asset: AssetRef;
  readonly facts: VisualFacts | undefined;
  readonly longest: number;
  readonly leastFrames: number;
  readonly rate: Rational;
}

/** A material cut into pieces of the longest clip; the rest at its end counts if it is long enough, or is all of it. */
function piecesOf({ montage, asset, facts, longest, leastFrames, rate }: Source, material: number): Shot[] {
  if (facts === undefined || facts.kind === 'image') return [{ material, trimStartUs: 0, frames: longest }];
  const available = wholeFramesIn(
    Math.min(facts.durationUs, Math.max(RANDOM_REACH_US, reachUs(montage))) / montage.speed,
    rate,
  );
  if (available < 1) throw new CompositionError('CLIP_TOO_SHORT', asset.field, 'this video is shorter than one frame');
  const pieces: Shot[] = [];
  for (let at = 0; at < available; at += longest) {
    const frames = Math.min(longest, available - at);
    if (at > 0 && frames < Math.min(longest, leastFrames)) break;
    pieces.push({ material, trimStartUs: Math.round(timeUsOf(at, rate) * montage.speed), frames });
  }
  return pieces;
}
