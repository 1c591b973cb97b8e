import { SAMPLE_RATE } from '../../composition/composition.js';

/** Two channels of 32-bit floating point. 16-bit integers would clip what is above full scale before it can be made quieter. */
export const BYTES_PER_SAMPLE = 8;

/** Codec and container: bare samples, which may be longer than the 4 GiB of a WAV file, and whose count is their length. */
export const PCM_CODEC = 'pcm_f32le';
export const PCM_FORMAT = 'f32le';

/** Options with which ffmpeg opens prepared audio. */
export const PCM_INPUT_OPTIONS: readonly string[] = [
  ...['-protocol_whitelist', 'file', '-threads', '1'],
  ...['-f', PCM_FORMAT, '-ar', String(SAMPLE_RATE), '-ac', '2'],
];
