import { MAX_PIXELS } from '../../limits.js';
import type { ImageJob } from '../image-protocol.js';
import { ImageRefusedError } from './image-refused-error.js';
import { isCutOff } from './is-cut-off.js';

const NAMES: Readonly<Record<ImageJob['format'], string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  tiff: 'TIFF',
  avif: 'AVIF',
  heif: 'HEIF',
  bmp: 'BMP',
  pnm: 'PNM',
  qoi: 'QOI',
};

/** libvips', libjpeg's, libpng's and libtiff's words. The first that fits counts. */
const KINDS = {
  tooLarge:
    /exceeds (?:pixel|channel) limit|limit exceeded|security limit|too large|exceeds? .*(?:limit|maximum)|out of memory|memory (?:allocation|access)|Cannot enlarge memory/i,
  cutOff:
    /premature end of (?:JPEG|input)|not enough data|Unexpected end of|got \d+ bytes, expected|unexpected end of file/i,
  // sharp says the second of every file whose header cannot be read.
  notSupported: /\bunsupported\b(?! image format)|not supported|not implemented|No matching decoder|bad labq format/i,
};

/** Of sharp and libvips: that there was an error, or where they were. */
const SAYS_NOTHING =
  /^(?:Warning treated as error|Input file contains unsupported image format|vips2\w+: unable to write|error in tile|\S+: bad seek)/;

/**
 * The refusal that a reader's error stands for.
 * @param error what libvips or libheif threw.
 * @param warnings what libvips warned of before.
 */
export async function explainFailure(
  error: unknown,
  job: ImageJob,
  warnings: readonly string[],
): Promise<ImageRefusedError> {
  if (error instanceof ImageRefusedError) return error;
  const thrown = error instanceof Error ? error.message : String(error);
  const said = [thrown, ...warnings].join('\n');
  const name = NAMES[job.format];
  const refuse = (reason: ImageRefusedError['reason'], message: string) =>
    new ImageRefusedError(reason, message, { cause: error });
  if (KINDS.tooLarge.test(said)) return tooLarge(error);
  if (KINDS.cutOff.test(said) || (await isCutOff(job.file, job.format).catch(() => false))) return cutOff(name, error);
  // What follows the first complaint may only follow from it.
  if (KINDS.notSupported.test(firstWords(thrown))) {
    return refuse(
      'INPUT_NOT_SUPPORTED',
      `this is a ${name} image of a kind that is not supported here (${firstWords(said)}); send it as an ordinary JPEG or PNG`,
    );
  }
  return refuse(
    'INPUT_DAMAGED',
    `this ${name} image is damaged (${firstWords(said)}); send it again from an intact copy`,
  );
}

/** The refusal of an image of too many pixels. */
export function tooLarge(cause?: unknown): ImageRefusedError {
  const message = `an image may have at most ${MAX_PIXELS / 1e6} million pixels`;
  return new ImageRefusedError('INPUT_TOO_LARGE', message, { cause });
}

/** The refusal of a file that ends too early. */
export function cutOff(name: string, cause?: unknown): ImageRefusedError {
  return new ImageRefusedError(
    'INPUT_TRUNCATED',
    `this ${name} image is cut off: its end is missing; upload it again completely`,
    { cause },
  );
}

/** What a library said first, without the place of the file and the names of libvips' parts. */
function firstWords(said: string): string {
  const lines = said.split('\n').map((line) =>
    line
      .replace(/^Input (?:file|buffer) has corrupt header: /, '')
      .replace(/^(?:VipsJpeg|vipspng|gifload|tiff2vips|webp|heif): /, '')
      .trim(),
  );
  return (lines.find((line) => line !== '' && !SAYS_NOTHING.test(line)) ?? 'its header cannot be read').slice(0, 200);
}
