import { visualClips, type Composition } from '../composition/composition.js';
import { RenderError } from '../task/failure.js';
import type { KnownMedia } from './compositor/render-plan.js';
import { shownClips, wholeOf } from './compositor/section.js';
import { canCutWithin, planSections } from './outputs/plan-sections.js';

/**
 * Memory of one ffmpeg that renders a composition, measured (November 2026, ffmpeg 5.1.9, H.264 inputs): a clip takes 8 MB and some
 * 15 frames of the output, with cuts only. Transitions and demanding inputs take more: this is the least, so that nothing is refused that fits.
 */
const BYTES_EACH = 8 * 1024 ** 2;
const BYTES_PER_PIXEL = 22;

/**
 * Refuses a composition of which one section cannot be rendered within the memory that a render may use, before anything is rendered.
 * @throws RenderError MEMORY_LIMIT_EXCEEDED with the field of the first clip that has no room.
 */
export function requireMemory(composition: Composition, media: Pick<KnownMedia, 'visuals'>, limitBytes: number): void {
  const room = Math.floor(limitBytes / bytesPerClip(composition));
  const clips = visualClips(composition);
  const sections = planSections(composition, wholeOf(composition), canCutWithin(media));
  const shown = sections.map((section) => shownClips(clips, section)).find(({ length }) => length > room);
  const beyond = shown?.[room];
  if (!beyond) return;
  const { width, height } = composition;
  const needed = shown.length * bytesPerClip(composition);
  const message =
    `${shown.length} clips that are shown together at ${width} x ${height} need at least ${gigabytes(needed)} of memory, and this server gives a render ` +
    `${gigabytes(limitBytes)}, enough for ${room}; use longer clips, or a lower resolution`;
  throw new RenderError('MEMORY_LIMIT_EXCEEDED', message, { field: beyond.clip.asset.field });
}

function bytesPerClip({ width, height }: Composition): number {
  return BYTES_EACH + BYTES_PER_PIXEL * width * height;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
