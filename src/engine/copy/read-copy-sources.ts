import { visualClips, type Composition, type VisualClip } from '../../composition/composition.js';
import { timeUsOf } from '../../composition/frame-grid.js';
import type { OutputSpec } from '../../composition/output-spec.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { VisualDetails } from '../probe/media-details.js';
import type { ToolContext } from '../process/run-tool.js';
import { fitsFrame, type CopySource } from './plan-copies.js';
import { readCopyable } from './read-copyable.js';

/**
 * Looks at the videos whose frames outputs could copy, by URI: only where that is asked for and all that is known of a video so far allows it.
 * @throws RenderError as `probe`.
 */
export async function readCopySources(
  compositions: readonly Composition[],
  specs: readonly OutputSpec[],
  { tools, media }: { readonly tools: ToolContext; readonly media: KnownMedia },
): Promise<ReadonlyMap<string, CopySource>> {
  const sources = new Map<string, CopySource>();
  if (!specs.some(({ streamCopy }) => streamCopy)) return sources;
  for (const [uri, { field, untilUs }] of wantedVideos(compositions, media)) {
    const located = media.visuals.get(uri);
    const video = located && (await readCopyable(tools, located, { field, untilUs }));
    if (video) sources.set(uri, { video, details: located.details });
  }
  return sources;
}

interface Wanted {
  readonly field: string;
  readonly untilUs: number;
}

/** How far each video is needed that may be copied. */
function wantedVideos(compositions: readonly Composition[], { visuals }: KnownMedia): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const composition of compositions)
    for (const clip of visualClips(composition)) {
      const { uri, field } = clip.asset;
      const details = visuals.get(uri)?.details;
      if (!details || clip.source !== 'video' || clip.speed !== 1 || clip.backwardsFrom !== undefined) continue;
      if (!mayBePlain(details) || !fitsFrame(details, composition)) continue;
      const untilUs = Math.max(endUs(clip, composition), wanted.get(uri)?.untilUs ?? 0);
      wanted.set(uri, { field, untilUs });
    }
  return wanted;
}

function endUs({ trimStartUs, frames }: VisualClip, { frameRate }: Composition): number {
  return trimStartUs + timeUsOf(frames, frameRate);
}

function mayBePlain({ codec, hasAlpha, interlaced, color, seeking, gridRate }: VisualDetails): boolean {
  const { matrix, range, transfer, primaries } = color;
  const isBt709 = matrix === 'bt709' && range === 'tv' && transfer === 'sdr' && primaries === 'bt709';
  return codec === 'h264' && !hasAlpha && !interlaced && isBt709 && seeking === 'EXACT' && gridRate !== null;
}
