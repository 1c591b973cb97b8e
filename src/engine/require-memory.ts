import { allClips, type Composition, type VisualClip } from '../composition/composition.js';
import type { Size } from '../composition/output-spec.js';
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

/** The same of a clip in a box of its own: frames are as large as that, and an image has no decoder that lives on. */
const PLACED = { imageBytes: 2 * 1024 ** 2, bytesPerPixel: 18 } as const;

/**
 * Refuses a composition of which one section cannot be rendered within the memory that a render may use, before anything is rendered.
 * @throws RenderError MEMORY_LIMIT_EXCEEDED with the field of the first clip that has no room.
 */
export function requireMemory(composition: Composition, media: Pick<KnownMedia, 'visuals'>, limitBytes: number): void {
  const framed = allClips(composition);
  const frames = new Map(framed.map(({ clip, frame }) => [clip, frame]));
  const clips = [...frames.keys()];
  const bytesOf = (clip: VisualClip) => bytesIn(clip, frames.get(clip) ?? composition);
  const sections = planSections(composition, wholeOf(composition), canCutWithin(media));
  for (const section of sections) {
    const shown = shownClips(clips, section).map(({ clip }) => clip);
    const room = roomWithin(shown, bytesOf, limitBytes);
    const beyond = shown[room];
    if (beyond) throw tooMany(shown, { beyond, room, limitBytes, bytesOf }, composition);
  }
}

type BytesOf = (clip: VisualClip) => number;

interface Refusal {
  readonly beyond: VisualClip;
  readonly room: number;
  readonly limitBytes: number;
  readonly bytesOf: BytesOf;
}

/** How many of some clips have room, in their order. */
function roomWithin(clips: readonly VisualClip[], bytesOf: BytesOf, limitBytes: number): number {
  let [room, bytes] = [0, 0];
  for (const clip of clips) {
    bytes += bytesOf(clip);
    if (bytes > limitBytes) break;
    room += 1;
  }
  return room;
}

function tooMany(
  shown: readonly VisualClip[],
  { beyond, room, limitBytes, bytesOf }: Refusal,
  composition: Composition,
): RenderError {
  const { width, height } = composition;
  const needed = shown.reduce((sum, clip) => sum + bytesOf(clip), 0);
  const message =
    `${shown.length} clips that are shown together at ${width} x ${height} need at least ${gigabytes(needed)} of memory, and this server gives a render ` +
    `${gigabytes(limitBytes)}, enough for ${room}; use longer clips, or a lower resolution`;
  return new RenderError('MEMORY_LIMIT_EXCEEDED', message, { field: beyond.asset.field });
}

function bytesIn({ placement, source, nested }: VisualClip, { width, height }: Size): number {
  if (!placement) return BYTES_EACH + BYTES_PER_PIXEL * width * height;
  const ownBytes = source === 'video' ? BYTES_EACH : PLACED.imageBytes;
  // A nested composition has frames of its own size beside those of its box.
  const ground = nested ? nested.composition.width * nested.composition.height : 0;
  return ownBytes + PLACED.bytesPerPixel * (placement.width * placement.height + ground);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
