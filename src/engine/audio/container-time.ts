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
