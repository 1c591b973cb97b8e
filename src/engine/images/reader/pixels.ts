import sharp, { type Sharp } from 'sharp';
import type { ImageSize } from '../image-protocol.js';

/** Decoded 8-bit RGB or RGBA, row by row, alpha not multiplied in. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** Pixels as an input of sharp. */
export function sharpOf({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/** Runs a pipeline to its pixels. @throws RangeError for more than four channels. */
export async function pixelsOf(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) throw new RangeError(`unsupported: ${channels} channels`);
  return { data, width, height, channels };
}

/** Adds the scaling that a job asks for. Alpha is multiplied in while sharp scales, so that hidden colours do not show at edges. */
export function scaled(pipeline: Sharp, { width, height, fit }: ImageSize): Sharp {
  // Shrinking while loading is faster and coarser.
  return pipeline.resize({ width, height, fit, withoutEnlargement: true, fastShrinkOnLoad: false });
}

/** Whether every pixel is opaque. */
export function isOpaque({ data, channels }: Pixels): boolean {
  if (channels === 3) return true;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** A PNG of 8 bits without any profile, fast rather than small. */
export function pngOf(pixels: Pixels, alpha: 'keep' | 'drop'): Sharp {
  const image = sharpOf(pixels);
  return (alpha === 'drop' ? image.removeAlpha() : image.ensureAlpha()).png({ compressionLevel: 1 });
}
