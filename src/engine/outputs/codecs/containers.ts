/** The same input gives the same bytes. */
export const SAME_BYTES: readonly string[] = [
  ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact', '-max_muxing_queue_size', '8192'],
];

/** A part is joined by its times, which an MP4 keeps exactly. */
export const MP4_PART: readonly string[] = [...SAME_BYTES, '-f', 'mp4'];

/** For what only a WebM takes; its times are whole milliseconds. */
export const WEBM_PART: readonly string[] = [...SAME_BYTES, '-f', 'webm'];

/** The same for what an MP4 does not take. */
export const MOV_PART: readonly string[] = [...SAME_BYTES, '-f', 'mov'];
export const MOV_FILE: readonly string[] = [...SAME_BYTES, '-movflags', '+faststart', '-f', 'mov'];

/** The index comes first. */
export const MP4_FILE: readonly string[] = [...SAME_BYTES, '-movflags', '+faststart', '-f', 'mp4'];
