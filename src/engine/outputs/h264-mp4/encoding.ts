import type { Quality } from '../../../composition/output-spec.js';
import { keyFrameOptions, rateLimit } from '../codecs/rates.js';
import { COLOR_TAGS } from '../codecs/color-tags.js';
import type { VideoSettings } from '../output-profile.js';

/**
 * Presets and CRF by measurement (engine-facts I: November 2026, four kinds of content). MEDIUM is `veryfast` at CRF 20: on two cores it is about twice as
 * fast as `medium`, and CRF 20 is where its frames are still hard to tell from their source; the price is a file some 15 % larger, which is cheaper than
 * waiting. LOSSLESS has a profile of its own, which few players know.
 */
const LADDER: Readonly<Record<Quality, readonly string[]>> = {
  DRAFT: ['-preset', 'ultrafast', '-crf', '28'],
  LOW: ['-preset', 'veryfast', '-crf', '26', '-profile:v', 'high'],
  MEDIUM: ['-preset', 'veryfast', '-crf', '20', '-profile:v', 'high'],
  HIGH: ['-preset', 'medium', '-crf', '18', '-profile:v', 'high'],
  LOSSLESS: ['-preset', 'veryfast', '-qp', '0'],
};

/** H.264 by libx264. */
export function h264Options(settings: VideoSettings): readonly string[] {
  return [
    ...['-c:v', 'libx264', ...LADDER[settings.quality], '-pix_fmt', 'yuv420p', ...COLOR_TAGS],
    ...rateLimit(settings),
    ...keyFrameOptions(settings),
    ...(settings.threads === null ? [] : ['-threads:v', String(settings.threads)]),
  ];
}
