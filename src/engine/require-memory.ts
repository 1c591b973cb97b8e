import { visualClips, type Composition } from '../composition/composition.js';
import { RenderError } from '../task/failure.js';

/**
 * Memory of one ffmpeg that renders a composition, measured (November 2026, ffmpeg 5.1.9, H.264 inputs): a clip takes 8 MB and some
 * 15 frames of the output, with cuts only. Transitions and demanding inputs take more: this is the least, so that nothing is refused that fits.
 */
const BYTES_EACH = 8 * 1024 ** 2;
const BYTES_PER_PIXEL = 22;

/** The least memory that a render of the composition takes, in bytes. */
export function leastMemory(composition: Composition): number {
  return visualClips(composition).length * bytesPerClip(composition);
}

/**
 * Refuses a composition that cannot be rendered within the memory that a render may use, before anything is rendered.
 * @throws RenderError MEMORY_LIMIT_EXCEEDED with the field of the first clip that has no room.
 */
export function requireMemory(composition: Composition, limitBytes: number): void {
  const clips = visualClips(composition);
  const room = Math.floor(limitBytes / bytesPerClip(composition));
  const beyond = clips[room];
  if (!beyond) return;
  const { width, height } = composition;
  const message =
    `${clips.length} clips at ${width} x ${height} need at least ${gigabytes(leastMemory(composition))} of memory, and this server gives a render ` +
    `${gigabytes(limitBytes)}, enough for ${room}; use fewer or longer clips, or a lower resolution`;
  throw new RenderError('MEMORY_LIMIT_EXCEEDED', message, { field: beyond.asset.field });
}

function bytesPerClip({ width, height }: Composition): number {
  return BYTES_EACH + BYTES_PER_PIXEL * width * height;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
