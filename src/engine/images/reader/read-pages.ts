import sharp, { type Metadata } from 'sharp';
import { ANIMATION_CHUNK_BYTES } from '../image-limits.js';
import type { Frame } from './animation.js';
import { ImageRefusedError } from './image-refused-error.js';
import { pixelsOf } from './pixels.js';
import { STRICT } from './read-still.js';

/**
 * The frames of a GIF or an animated WebP, each as it is shown: whole, on what those before it left. libvips decodes from the first frame on
 * whichever is asked for, so they are asked for in groups that fit in memory.
 */
export async function* readPages(
  file: string,
  metadata: Metadata,
  durationsUs: readonly number[],
  warnings: string[],
): AsyncGenerator<Frame> {
  const { width } = metadata;
  const height = metadata.pageHeight ?? metadata.height;
  const bytes = width * height * 4;
  const group = Math.max(1, Math.floor(ANIMATION_CHUNK_BYTES / bytes));
  for (let page = 0; page < durationsUs.length; page += group) {
    const pages = Math.min(group, durationsUs.length - page);
    // The limit is for one frame; together they are limited by their number.
    const image = sharp(file, { ...STRICT, limitInputPixels: false, page, pages }).on('warning', (warning: string) => {
      warnings.push(warning);
    });
    const { data } = await pixelsOf(image.ensureAlpha());
    if (data.length !== bytes * pages)
      throw new ImageRefusedError(
        'INPUT_DAMAGED',
        'this animation holds fewer pictures than it says; send it again from an intact copy',
      );
    for (let i = 0; i < pages; i += 1) {
      const pixels = { data: data.subarray(i * bytes, (i + 1) * bytes), width, height, channels: 4 as const };
      yield { pixels, durationUs: durationsUs[page + i] ?? 0 };
    }
  }
}
