/** The same input gives the same bytes. */
export const SAME_BYTES: readonly string[] = [
  ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact', '-max_muxing_queue_size', '8192'],
];

/** A part is joined by its times, which an MP4 keeps exactly. */
export const MP4_PART: readonly string[] = [...SAME_BYTES, '-f', 'mp4'];

/** The index comes first. */
export const MP4_FILE: readonly string[] = [...SAME_BYTES, '-movflags', '+faststart', '-f', 'mp4'];
