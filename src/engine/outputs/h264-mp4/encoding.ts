import type { Quality } from '../../../composition/output-spec.js';
import { keyFrameOptions, rateOptions } from '../codecs/rates.js';
import type { Level } from '../codecs/level.js';
import { COLOR_TAGS } from '../codecs/color-tags.js';
import type { VideoSettings } from '../output-profile.js';

/**
 * Presets and CRF by measurement (`npm run bench:quality`). MEDIUM is `veryfast` at CRF 20: on two cores it is about twice as
 * fast as `medium`, and CRF 20 is where its frames are still hard to tell from their source; the price is a file some 15 % larger, which is cheaper than
 * waiting. LOSSLESS has a profile of its own, which few players know.
 */
const LADDER: Readonly<Record<Quality, Level>> = {
  DRAFT: { effort: ['-preset', 'ultrafast'], looks: ['-crf', '28'] },
  LOW: { effort: ['-preset', 'veryfast', '-profile:v', 'high'], looks: ['-crf', '26'] },
  MEDIUM: { effort: ['-preset', 'veryfast', '-profile:v', 'high'], looks: ['-crf', '20'] },
  HIGH: { effort: ['-preset', 'medium', '-profile:v', 'high'], looks: ['-crf', '18'] },
  // Without the last option a scene cut soon after a key frame is marked as a key frame too, although no decoder can start there (libx264 164).
  LOSSLESS: { effort: ['-preset', 'veryfast'], looks: ['-qp', '0', '-keyint_min', '1'] },
};

/** H.264 by libx264. */
export function h264Options(settings: VideoSettings): readonly string[] {
  const { effort, looks } = LADDER[settings.quality];
  return [
    ...['-c:v', 'libx264', ...effort, ...rateOptions(settings, looks), '-pix_fmt', 'yuv420p', ...COLOR_TAGS],
    ...keyFrameOptions(settings),
    ...(settings.threads === null ? [] : ['-threads:v', String(settings.threads)]),
  ];
}
