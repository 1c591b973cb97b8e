import { readFile } from 'node:fs/promises';
import type { SharpOptions } from 'sharp';

/** Another way to read a JPEG that was refused for a trifle. */
export interface SecondTry {
  readonly input: string | Buffer;
  readonly failOn: NonNullable<SharpOptions['failOn']>;
  /** Whether what was warned of during this try leaves the image good. */
  readonly accepts: (warnings: readonly string[]) => boolean;
}

/** Oddities in and between the first headers, which no viewer minds. Damaged data has other words, or stands before another marker. */
const TRIFLES =
  /unknown JFIF revision number|Invalid SOS parameters|extraneous bytes before marker 0x(?:e[0-9a-f]|fe|db|c[0-2])\b/;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/**
 * Two kinds of JPEG are whole although libjpeg warns: those that lack only the marker at their end, and those with an oddity in their headers.
 * Null: the error is about something else.
 */
export async function jpegSecondTry(file: string, error: unknown): Promise<SecondTry | null> {
  const lines = error instanceof Error ? error.message.split('\n').filter((line) => line.includes('VipsJpeg: ')) : [];
  if (lines.length === 0) return null;
  if (lines.every((line) => line.includes('premature end of JPEG image'))) {
    // Were data missing too, libjpeg would now say that a segment ends too early.
    return { input: Buffer.concat([await readFile(file), END_OF_IMAGE]), failOn: 'warning', accepts: () => true };
  }
  return lines.every((line) => TRIFLES.test(line)) ? { input: file, failOn: 'error', accepts: isTrifling } : null;
}

/** libvips tells how many warnings there were, and the words of the first. More than one may hide damage. */
function isTrifling(warnings: readonly string[]): boolean {
  return warnings.every((warning) => {
    const count = /read gave (\d+) warnings/.exec(warning)?.[1];
    return count === undefined ? TRIFLES.test(warning) : count === '1';
  });
}
