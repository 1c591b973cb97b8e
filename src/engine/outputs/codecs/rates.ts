import type { Quality } from '../../../composition/output-spec.js';
import type { VideoSettings } from '../output-profile.js';

/** Seconds between key frames: players seek to them, and more of them cost size. */
const KEY_FRAME_SECONDS = 2;

/** Keeps an encoder from choosing further ones. */
const NONE_AT_CUTS = ['-sc_threshold', '0'];

/**
 * How far apart key frames may lie, or where they must.
 * @param forced options of the encoder that go with places which are decided for it.
 */
export function keyFrameOptions(
  { frameRate, keyFrames }: Pick<VideoSettings, 'frameRate' | 'keyFrames'>,
  forced: readonly string[] = NONE_AT_CUTS,
): readonly string[] {
  if (keyFrames) {
    const { every, from } = keyFrames;
    // The one that each piece begins with does not move the others: places are counted, not distances.
    return ['-g', String(every), ...forced, '-force_key_frames', `expr:not(mod(n+${from},${every}))`];
  }
  return ['-g', String(Math.round((frameRate.num / frameRate.den) * KEY_FRAME_SECONDS))];
}

/**
 * Bits per pixel of a frame and second that a video has at most. Without a limit grain takes 24 to 76 Mbit/s at 720p (measured, November 2026); other content stays
 * well below it. MEDIUM: 7.4 Mbit/s at 720p, 16.6 at 1080p.
 */
const BITS_PER_PIXEL: Readonly<Record<Exclude<Quality, 'LOSSLESS'>, number>> = {
  DRAFT: 4,
  LOW: 4,
  MEDIUM: 8,
  HIGH: 16,
};
const LEAST_BITS = 500_000;

/** The most bits per second that a video has; null: no limit. Rates above 30 frames per second have more. */
export function mostBitsPerSecond({
  width,
  height,
  quality,
  frameRate,
}: Pick<VideoSettings, 'width' | 'height' | 'quality' | 'frameRate'>): number | null {
  if (quality === 'LOSSLESS') return null;
  const rate = Math.max(1, frameRate.num / frameRate.den / 30);
  return Math.max(LEAST_BITS, Math.round(width * height * BITS_PER_PIXEL[quality] * rate));
}

/** The rate as options of ffmpeg: that of the looks within the limit, over two seconds; or the one that is aimed at. */
export function rateOptions(settings: VideoSettings, looks: readonly string[]): readonly string[] {
  const { aim } = settings;
  const most = aim === null ? mostBitsPerSecond(settings) : Math.round(1.5 * aim);
  const limit = most === null ? [] : ['-maxrate', String(most), '-bufsize', String(2 * most)];
  return [...(aim === null ? looks : ['-b:v', String(aim)]), ...limit];
}
