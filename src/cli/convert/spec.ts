import type { OutputSpec } from '../../../generated/cutroom/v1/output_spec.js';
import { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import type { Timeline, Track } from '../../../generated/cutroom/v1/timeline.js';
import { type Canvas, type Clip } from '../../../generated/cutroom/v1/timeline.js';
import { RefusedDocumentError } from './refusal.js';
import type { Report } from './report.js';
import { durationOf } from './time.js';

const MAX_TRACKS = 100;
const MAX_CLIPS = 2000;

/** The parts of a spec that a document was made into. */
export interface Parts {
  readonly canvas: Canvas;
  /** Bottom first; empty ones are left out. */
  readonly tracks: readonly Track[];
  /** Cuts the video there. Default: it ends with its last clip. */
  readonly lengthNs?: bigint | undefined;
  readonly outputs?: readonly OutputSpec[];
}

/** The spec of a converted document. @throws RefusedDocumentError when nothing is left to be seen or heard. */
export function specOf({ canvas, tracks, lengthNs, outputs = [] }: Parts, report: Report): RenderSpec {
  const filled = tracks.filter(({ clips }) => clips.length > 0);
  const clips = filled.flatMap((track) => track.clips);
  if (clips.length === 0) throw new RefusedDocumentError('the document has nothing that can be seen or heard');
  if (filled.length > MAX_TRACKS) report.warn('', `makes ${filled.length} tracks; servers take ${MAX_TRACKS}`);
  if (clips.length > MAX_CLIPS) report.warn('', `makes ${clips.length} clips; servers take ${MAX_CLIPS}`);
  const isEndless = lengthNs === undefined && clips.every(({ length }) => length?.$case === 'toEnd');
  if (isEndless) report.warn('', 'does not say how long the video is; its clips have their default lengths');
  const timeline: Timeline = {
    canvas,
    tracks: isEndless ? filled.map((track) => ({ ...track, clips: track.clips.map(withoutLength) })) : filled,
    duration: lengthNs === undefined ? undefined : durationOf(lengthNs),
    loudness: undefined,
  };
  return RenderSpec.fromPartial({ kind: { $case: 'timeline', value: timeline }, outputs: [...outputs] });
}

function withoutLength(clip: Clip): Clip {
  return { ...clip, length: undefined };
}

/** A track of clips. */
export function trackOf(
  clips: readonly Clip[],
  settings: { readonly gainDb?: number; readonly muted?: boolean } = {},
): Track {
  const { gainDb = 0, muted = false } = settings;
  return { id: '', clips: [...clips], gainDb, muted, duck: undefined, keyframes: [] };
}
