import type { Composition } from '../../composition/composition.js';
import { framesOf, type Rational } from '../../composition/frame-grid.js';
import type { VisualDetails } from '../probe/media-details.js';
import type { Section } from '../compositor/section.js';
import { firstFrameOf } from '../compositor/assets/open-video.js';
import { nameOfSets } from '../mp4/avc-configuration.js';
import type { CopyableVideo } from './copyable-video.js';
import { untouchedSpans, type UntouchedSpan } from './untouched-spans.js';

/** Consecutive frames of an output that are copied from a video. */
export interface CopiedRun extends Section {
  readonly video: CopyableVideo;
  /** Its first packet. As many follow as it has frames. */
  readonly firstPacket: number;
}

/** A video, and what else is known of it. */
export interface CopySource {
  readonly video: CopyableVideo;
  readonly details: VisualDetails;
}

/** Shorter runs cost more in processes than they save. */
const LEAST_SECONDS = 1;
/** So far apart may places lie at which a player can begin, as x264 puts them at 25 frames per second. Encoded parts have them every 2 s. */
const MOST_SECONDS_BETWEEN_STARTS = 10;
/** Levels that players of such sizes have: 4.2 up to 1080p, 5.2 beyond. */
const LEVELS = { hd: 42, beyond: 52, hdPixels: 1920 * 1088 } as const;

/**
 * The runs of a range that are copied, in order. All of them have the same parameter sets, so that the file needs no more than two kinds of them. Pure.
 * @param sources by URI.
 * @param most bits per second of a run, on average; null: any.
 */
export function planCopies(
  composition: Composition,
  range: Section,
  sources: ReadonlyMap<string, CopySource>,
  most: number | null,
): CopiedRun[] {
  if (sources.size === 0) return [];
  const runs = untouchedSpans(composition, range)
    .flatMap((span) => runsIn(span, composition, sources.get(span.clip.asset.uri)))
    .filter((run) => most === null || bitsPerSecond(run, composition.frameRate) <= most);
  return ofOneKind(runs);
}

/** Whether a video has the size and the rate of a composition. */
export function fitsFrame(
  { width, height, frameRate }: Pick<VisualDetails, 'width' | 'height' | 'frameRate'>,
  composition: Composition,
): boolean {
  const { num, den } = composition.frameRate;
  const hasRate = frameRate !== null && frameRate.num * den === num * frameRate.den;
  return width === composition.width && height === composition.height && hasRate;
}

function isLevelCommon({ width, height, level }: CopyableVideo): boolean {
  return level <= (width * height <= LEVELS.hdPixels ? LEVELS.hd : LEVELS.beyond);
}

function runsIn(span: UntouchedSpan, composition: Composition, source: CopySource | undefined): CopiedRun[] {
  if (!source || !isLevelCommon(source.video)) return [];
  if (!fitsFrame(source.video, composition) || !fitsFrame(source.details, composition)) return [];
  const { video } = source;
  const { packets, canEnd } = video;
  const { clip } = span;
  const shift = clip.startFrame - firstFrameOf(clip, video.frameRate);
  const from = span.startFrame - shift;
  const until = Math.min(from + span.frames, packets.length);
  const { frameRate } = composition;
  const [least, longest] = [LEAST_SECONDS, MOST_SECONDS_BETWEEN_STARTS].map((seconds) =>
    framesOf(seconds * 1e6, frameRate),
  ) as [number, number];
  const runs: CopiedRun[] = [];
  const note = (first: number, end: number) => {
    if (end - first >= least) runs.push({ startFrame: first + shift, frames: end - first, video, firstPacket: first });
  };
  // A run from `first` that is whole up to `end`; a player can begin at `group`. What is encoded next begins with such a place.
  let [first, group, end] = [-1, -1, -1];
  for (let at = from; at <= until; at += 1) {
    const isStart = at < until && packets[at]?.canBegin === true;
    if (first >= 0 && at - group > longest) {
      note(first, end);
      first = -1;
    }
    if (first >= 0 && canEnd[at]) end = at;
    if (!isStart) continue;
    if (first < 0) first = at;
    group = at;
    end = at;
  }
  if (first >= 0) note(first, end);
  return runs;
}

/** Those that share the parameter sets of the most frames. */
function ofOneKind(runs: readonly CopiedRun[]): CopiedRun[] {
  const frames = new Map<string, number>();
  for (const run of runs) {
    const name = nameOfSets(run.video.sets);
    frames.set(name, (frames.get(name) ?? 0) + run.frames);
  }
  const [best] = [...frames].sort(([, a], [, b]) => b - a);
  return best ? runs.filter(({ video }) => nameOfSets(video.sets) === best[0]) : [];
}

function bitsPerSecond({ video, firstPacket, frames }: CopiedRun, { num, den }: Rational): number {
  const packets = video.packets.slice(firstPacket, firstPacket + frames);
  const bytes = packets.reduce((sum, packet) => sum + packet.bytes, 0);
  return (bytes * 8 * num) / (frames * den);
}
