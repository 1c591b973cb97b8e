/** What says how long damaged audio was. TIMES: those of the packets around it. LENGTHS: its own. SIZES: its bytes, since what is damaged is not cut into packets as it was. */
export type LossMeasure = 'TIMES' | 'LENGTHS' | 'SIZES';

/**
 * Containers whose audio is nothing but one sample after another: what ffmpeg says of times in them is reckoned from the rate at their beginning, and wrong
 * as soon as that changes. ffmpeg's names.
 */
const COUNTED = new Set([
  ...[
    'aac',
    'ac3',
    'aiff',
    'amr',
    'ape',
    'au',
    'caf',
    'dts',
    'eac3',
    'flac',
    'mp3',
    'mpc',
    'mpc8',
    'tta',
    'w64',
    'wav',
  ],
  'wv',
]);

/** Whether a file's times say where its audio lies, so that there may be pauses without data. `format` is ffprobe's `format_name`. */
export function hasTimeLine(format: string): boolean {
  return !format.split(',').some((name) => COUNTED.has(name));
}

/** Those of them that say how long each of their packets is. */
const BY_LENGTH = new Set(['ape', 'caf', 'mpc', 'mpc8', 'tta', 'wv']);

/** How damaged audio is measured in a container. Each frame of FLAC has its number, though the file has no times. */
export function lossMeasureOf(format: string): LossMeasure {
  if (hasTimeLine(format) || format === 'flac') return 'TIMES';
  return BY_LENGTH.has(format) ? 'LENGTHS' : 'SIZES';
}
