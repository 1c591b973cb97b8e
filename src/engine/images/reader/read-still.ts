import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { MAX_PIXELS } from '../../limits.js';
import type { ImageSize } from '../image-protocol.js';
import { jpegSecondTry } from './jpeg-second-try.js';
import { pixelsOf, scaled, type Pixels } from './pixels.js';

/** Warnings count as errors: a JPEG with damaged data gives nothing else. libvips' own limits stay on. */
export const STRICT: SharpOptions = { failOn: 'warning', limitInputPixels: MAX_PIXELS };

/** An image as libvips reads it: upright, in sRGB, scaled. */
export interface Still {
  readonly pixels: Pixels;
  readonly metadata: Metadata;
}

/**
 * Reads one image, or the first page of several.
 * @param warnings takes what libvips warns of.
 * @throws libvips' error.
 */
export async function readStill(file: string, size: ImageSize, warnings: string[]): Promise<Still> {
  try {
    return await readOnce(file, STRICT, size, warnings);
  } catch (error) {
    const again = await jpegSecondTry(file, error);
    if (again === null) throw error;
    const since = warnings.length;
    const still = await readOnce(again.input, { ...STRICT, failOn: again.failOn }, size, warnings).catch(() => null);
    if (still === null || !again.accepts(warnings.slice(since))) throw error;
    return still;
  }
}

async function readOnce(
  input: string | Buffer,
  options: SharpOptions,
  size: ImageSize,
  warnings: string[],
): Promise<Still> {
  const metadata = await sharp(input, options).metadata();
  const image = sharp(input, options)
    .on('warning', (warning: string) => {
      warnings.push(warning);
    })
    .autoOrient();
  return { pixels: await pixelsOf(deepToSrgb(scaled(image, size), metadata)), metadata };
}

/** sharp leaves 16-bit images with a profile in Display P3 unless it is told to convert what comes out. */
function deepToSrgb(image: Sharp, { icc, depth }: Metadata): Sharp {
  return icc !== undefined && depth === 'ushort' ? image.withIccProfile('srgb', { attach: false }) : image;
}
