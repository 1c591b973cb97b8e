import { SAMPLE_RATE } from '../../composition/composition.js';

/** Filters of `LIMITER`. */
export const LIMITER_FILTERS = ['alimiter', 'aresample'];

/**
 * Holds a finished mix below full scale. It stands behind every mix: a single file, too, may be above it (5.1 made stereo, floating point, a gain).
 *
 * Four times the sample rate, so that peaks between samples are seen as well; `level=0`, so that the rest is not made louder; `latency=1`, so that nothing
 * is moved. What is below -1.5 dBFS passes unchanged.
 *
 * Promise, measured in ffmpeg 5.1 and 9.0 with mixes of up to +20 dBFS: into the encoder go samples of at most -1 dBFS, and true peaks of at most
 * -0.5 dBTP; out of AAC at 192 kbit/s come speech, music and tones at 0 dBFS at most. AAC itself overshoots by up to 2 dB with square waves and
 * bursts of white noise that fill the whole scale, which no limit short of that margin would prevent.
 */
export const LIMITER = [
  `aresample=${SAMPLE_RATE * 4}`,
  'alimiter=limit=0.84:attack=5:release=50:level=0:latency=1',
  `aresample=${SAMPLE_RATE}`,
].join(',');
