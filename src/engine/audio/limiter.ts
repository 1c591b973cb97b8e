import { SAMPLE_RATE } from '../../composition/composition.js';

/** Filters of `limiter`. */
export const LIMITER_FILTERS = ['alimiter', 'aresample'];

/** True peaks that a mix keeps unless it asks for others. */
export const DEFAULT_TRUE_PEAK_DBTP = -1;

/** How far below the highest true peak samples are held at four times the rate, so that what lies between those keeps it too. */
const MARGIN_DB = 0.5;

/**
 * Holds a finished mix below full scale, or below another peak. It stands behind every mix: a single file, too, may be above it (5.1 made stereo, floating point,
 * a gain).
 *
 * Four times the sample rate, so that peaks between samples are seen as well; `level=0`, so that the rest is not made louder; `latency=1`, so that nothing
 * is moved. What is below the limit passes unchanged.
 *
 * Promise, measured for -1 dBTP in ffmpeg 5.1 and 9.0 with mixes of up to +20 dBFS: into the encoder go samples of at most -1 dBFS, and true peaks of at most
 * -0.5 dBTP; out of AAC at 192 kbit/s come speech, music and tones at 0 dBFS at most. AAC itself overshoots by up to 2 dB with square waves and
 * bursts of white noise that fill the whole scale, which no limit short of that margin would prevent.
 */
export function limiter(truePeakDbtp: number = DEFAULT_TRUE_PEAK_DBTP): string {
  const limit = 10 ** ((truePeakDbtp - MARGIN_DB) / 20);
  return [
    `aresample=${SAMPLE_RATE * 4}`,
    `alimiter=limit=${limit.toFixed(2)}:attack=5:release=50:level=0:latency=1`,
    `aresample=${SAMPLE_RATE}`,
  ].join(',');
}
