import type { Quality } from '../../composition/output-spec.js';
import { COLOR_TAGS } from '../outputs/codecs/color-tags.js';
import { mostBitsPerSecond } from '../outputs/codecs/rates.js';
import type { VideoSettings } from '../outputs/output-profile.js';
import type { Codec } from './candidate.js';

/**
 * The constant looks of each quality, on the scale of quantizers that all three families have (0 to 51). They lie about two above the CRF of the encoders of ffmpeg, as whoever
 * compares them advises; no device was here to measure one. LOSSLESS is never asked for.
 */
const LOOKS: Readonly<Record<Codec, Readonly<Record<Quality, number>>>> = {
  H264: { DRAFT: 30, LOW: 28, MEDIUM: 22, HIGH: 19, LOSSLESS: 1 },
  HEVC: { DRAFT: 33, LOW: 30, MEDIUM: 25, HIGH: 21, LOSSLESS: 1 },
};

export function looksOf(codec: Codec, { quality }: Pick<VideoSettings, 'quality'>): string {
  return String(LOOKS[codec][quality]);
}

/** Modes of a constant quality below a limit want a rate to begin with, which must not be the limit: that would mean a constant rate. */
export function halfOfMost(settings: VideoSettings): readonly string[] {
  return ['-b:v', String(Math.round((mostBitsPerSecond(settings) ?? 0) / 2))];
}

/** What files of the codec have in common. */
export function commonOptions(codec: Codec, pixelFormat: 'yuv420p' | 'nv12' | null): readonly string[] {
  const format = pixelFormat === null ? [] : ['-pix_fmt', pixelFormat];
  return [...format, ...COLOR_TAGS, ...(codec === 'HEVC' ? ['-tag:v', 'hvc1'] : [])];
}

/** B-frames between two others: many devices have none for HEVC. */
export function betweenFrames(codec: Codec): readonly string[] {
  return ['-bf', codec === 'H264' ? '2' : '0'];
}

/** The name of a codec's encoder in a family. */
export function encoderOf(codec: Codec, family: string): string {
  return `${codec.toLowerCase()}_${family}`;
}
