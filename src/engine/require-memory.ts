import { allClips, type Composition, type VisualClip } from '../composition/composition.js';
import type { Size } from '../composition/output-spec.js';
import { RenderError } from '../task/failure.js';
import type { KnownMedia } from './compositor/render-plan.js';
import { type ShownClip, shownClips, wholeOf } from './compositor/section.js';
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
  const sections = planSections(composition, wholeOf(composition), canCutWithin(media));
  for (const section of sections) {
    const shown = shownClips([...frames.keys()], section).map((each) => ({
      clip: each.clip,
      bytes: bytesOf(each, frames.get(each.clip) ?? composition, media),
    }));
    const room = roomWithin(shown, limitBytes);
    const beyond = shown[room];
    if (beyond) throw tooMany(shown, { beyond: beyond.clip, room, limitBytes }, composition);
  }
}

/** How many of some clips have room, in their order. */
function roomWithin(clips: readonly Weighed[], limitBytes: number): number {
  let [room, bytes] = [0, 0];
  for (const clip of clips) {
    bytes += clip.bytes;
    if (bytes > limitBytes) break;
    room += 1;
  }
  return room;
}

function tooMany(
  shown: readonly Weighed[],
  { beyond, room, limitBytes }: { readonly beyond: VisualClip; readonly room: number; readonly limitBytes: number },
  composition: Composition,
): RenderError {
  const { width, height } = composition;
  const needed = shown.reduce((sum, { bytes }) => sum + bytes, 0);
  const backwards = shown.some(({ clip }) => clip.backwardsFrom !== undefined)
    ? ', or a smaller file for what plays backwards, whose frames are held'
    : '';
  const message =
    `${shown.length} clips that are shown together at ${width} x ${height} need at least ${gigabytes(needed)} of memory, and this server gives a render ` +
    `${gigabytes(limitBytes)}, enough for ${room}; use longer clips, or a lower resolution${backwards}`;
  return new RenderError('MEMORY_LIMIT_EXCEEDED', message, { field: beyond.asset.field });
}

/** Of the frames of a clip that plays backwards, all of which a section holds: at least 8 bits in 4:2:0. */
const HELD_BYTES_PER_PIXEL = 1.5;

/** A clip and the memory that a section takes for it. */
interface Weighed {
  readonly clip: VisualClip;
  readonly bytes: number;
}

/** @param frame that the clip is laid in. */
function bytesOf(shown: ShownClip, { width, height }: Size, { visuals }: Pick<KnownMedia, 'visuals'>): number {
  const { placement, source, nested, backwardsFrom, asset } = shown.clip;
  const details = visuals.get(asset.uri)?.details;
  const held =
    backwardsFrom !== undefined && details ? shown.frames * details.width * details.height * HELD_BYTES_PER_PIXEL : 0;
  if (!placement) return held + BYTES_EACH + BYTES_PER_PIXEL * width * height;
  const ownBytes = source === 'video' ? BYTES_EACH : PLACED.imageBytes;
  // A nested composition has frames of its own size beside those of its box.
  const ground = nested ? nested.composition.width * nested.composition.height : 0;
  return held + ownBytes + PLACED.bytesPerPixel * (placement.width * placement.height + ground);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
