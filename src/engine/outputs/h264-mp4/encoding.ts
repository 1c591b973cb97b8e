import { SAMPLE_RATE } from '../../../composition/composition.js';

export const VIDEO_ENCODER = 'libx264';
export const AUDIO_ENCODER = 'aac';

/**
 * `veryfast` at CRF 20: on two cores it is about twice as fast as `medium`, and CRF 20 is where its frames are still hard to tell from their
 * source; the price is a file some 15 % larger, which is cheaper than waiting.
 */
export const VIDEO_OPTIONS: readonly string[] = [
  ...['-c:v', VIDEO_ENCODER, '-preset', 'veryfast', '-crf', '20', '-profile:v', 'high', '-pix_fmt', 'yuv420p'],
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
];

export const AUDIO_OPTIONS: readonly string[] = [
  ...['-c:a', AUDIO_ENCODER, '-b:a', '192k', '-ar', String(SAMPLE_RATE), '-ac', '2'],
];

/** The same input gives the same bytes. */
const SAME_BYTES = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'];

/** Its parts are joined by their times, which an MP4 keeps exactly. */
export const PART_OPTIONS: readonly string[] = [...SAME_BYTES, '-f', 'mp4'];

/** The index comes first. */
export const CONTAINER_OPTIONS: readonly string[] = [
  ...SAME_BYTES,
  ...['-max_muxing_queue_size', '8192', '-movflags', '+faststart', '-f', 'mp4'],
];
