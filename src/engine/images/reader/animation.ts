import { MAX_ANIMATION_BYTES, MAX_ANIMATION_FRAMES, MAX_ANIMATION_PIXELS } from '../image-limits.js';
import type { ImageAnswer, ImageJob } from '../image-protocol.js';
import { ImageRefusedError } from './image-refused-error.js';
import { createPngFilm, type PngFilm } from './mov-of-pngs.js';
import { isOpaque, pixelsOf, pngOf, scaled, sharpOf, type Pixels } from './pixels.js';

/** One frame of an animation, whole, as it is shown. */
export interface Frame {
  readonly pixels: Pixels;
  readonly durationUs: number;
}

/** Shorter than this, browsers take a delay for a mistake and show the frame for a tenth of a second. GIFs without delays are common. */
const SHORTEST_MS = 11;
const MISTAKEN_MS = 100;

/** How long a frame is shown whose file says `ms`. */
export function frameDurationUs(ms: number): number {
  return (ms < SHORTEST_MS ? MISTAKEN_MS : ms) * 1000;
}

/** The frames that begin before `neededUs`, and how long all last. */
export function neededFrames(
  durationsUs: readonly number[],
  neededUs: number | null,
): { readonly needed: readonly number[]; readonly totalUs: number } {
  let totalUs = 0;
  let count = 0;
  for (const durationUs of durationsUs) {
    if (neededUs === null || totalUs < neededUs || count === 0) count += 1;
    totalUs += durationUs;
  }
  return { needed: durationsUs.slice(0, count), totalUs };
}

/** @throws ImageRefusedError INPUT_TOO_LARGE when so many frames of this size are not decoded. */
export function requireAffordable(frames: number, width: number, height: number): void {
  if (frames > MAX_ANIMATION_FRAMES) throw tooLarge(`${MAX_ANIMATION_FRAMES} pictures`);
  if (frames * width * height > MAX_ANIMATION_PIXELS)
    throw tooLarge(`${MAX_ANIMATION_PIXELS / 1e6} million pixels in all its pictures together`);
}

function tooLarge(limit: string): ImageRefusedError {
  return new ImageRefusedError('INPUT_TOO_LARGE', `an animated image may have at most ${limit}; send it as a video`);
}

/** What is known of an animation before its frames are read. */
export interface AnimationHead {
  /** Of all of its frames. */
  readonly totalUs: number;
  readonly hasAlpha: boolean;
}

/** Scales each frame and adds it to a film. @param onFrame is called after each. */
export async function writeAnimation(
  frames: AsyncIterable<Frame>,
  job: ImageJob,
  head: AnimationHead,
  onFrame: () => void,
): Promise<ImageAnswer> {
  let film: PngFilm | null = null;
  let [bytes, writtenFrames, writtenUs] = [0, 0, 0];
  let hasAlpha = false;
  let sizes = { width: 0, height: 0, sourceWidth: 0, sourceHeight: 0 };
  try {
    for await (const { pixels, durationUs } of frames) {
      const small = await pixelsOf(scaled(sharpOf(pixels), job.size));
      const png = await pngOf(small, 'keep').toBuffer();
      bytes += png.length;
      if (bytes > MAX_ANIMATION_BYTES) throw tooLarge(`${MAX_ANIMATION_BYTES / 1024 ** 3} GiB of pictures`);
      film ??= await createPngFilm(`${job.out}.mov`, small.width, small.height);
      await film.add(png, durationUs);
      hasAlpha ||= !isOpaque(small);
      writtenFrames += 1;
      writtenUs += durationUs;
      sizes = { width: small.width, height: small.height, sourceWidth: pixels.width, sourceHeight: pixels.height };
      onFrame();
    }
    await film?.finish();
  } catch (error) {
    await film?.abandon();
    throw error;
  }
  const facts = {
    ...sizes,
    hasAlpha,
    sourceHasAlpha: head.hasAlpha,
    orientation: 1,
    transfer: 'sdr',
    primaries: 'bt709',
  } as const;
  return { kind: 'animation', ...facts, durationUs: head.totalUs, writtenFrames, writtenUs };
}
