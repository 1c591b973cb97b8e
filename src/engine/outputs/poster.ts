import { open } from 'node:fs/promises';
import path from 'node:path';
import { RenderError } from '../../task/failure.js';

/** Filters in a row from our colours to those of a JPEG: BT.601, full range. */
export const TO_JPEG: readonly string[] = [
  'scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=pc:flags=accurate_rnd+full_chroma_int',
  'format=yuvj420p',
];

/** What is transparent becomes black; `geq` computes each value by itself, so this is for single pictures. */
export const OVER_BLACK: readonly string[] = [
  'format=yuva444p',
  `geq=lum='16+(lum(X,Y)-16)*alpha(X,Y)/255':cb='${over128('cb')}':cr='${over128('cr')}':a=255`,
];

function over128(plane: string): string {
  return `128+(${plane}(X,Y)-128)*alpha(X,Y)/255`;
}

/** Filters in a row from finished frames to the first of them. */
export function posterFilters({ hasAlpha }: { readonly hasAlpha: boolean }): readonly string[] {
  return ['trim=end_frame=1', ...(hasAlpha ? OVER_BLACK : []), ...TO_JPEG];
}

/** Filters that `posterFilters` uses. */
export const POSTER_FILTERS: readonly string[] = ['format', 'geq', 'scale', 'trim'];

/** A quality at which blocks cannot be seen. */
export const POSTER_OPTIONS: readonly string[] = [
  ...['-c:v', 'mjpeg', '-q:v', '3', '-frames:v', '1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-f', 'mjpeg'],
];

export const POSTER_TYPE = 'image/jpeg';

const BEGINS = Buffer.from([0xff, 0xd8, 0xff]);
const ENDS = Buffer.from([0xff, 0xd9]);

/** Checks that a file is a whole JPEG: a full disk leaves a cut one. @throws RenderError OUTPUT_MISMATCH. */
export async function verifyJpeg(folder: string, file: string): Promise<void> {
  const handle = await open(path.join(folder, file), 'r').catch(() => null);
  try {
    const { size = 0 } = (await handle?.stat()) ?? {};
    const start = Buffer.alloc(BEGINS.length);
    const end = Buffer.alloc(ENDS.length);
    if (handle && size > BEGINS.length + ENDS.length) {
      await handle.read(start, 0, start.length, 0);
      await handle.read(end, 0, end.length, size - end.length);
    }
    if (!start.equals(BEGINS) || !end.equals(ENDS))
      throw new RenderError('OUTPUT_MISMATCH', 'a picture of the video is not a whole JPEG');
  } finally {
    await handle?.close();
  }
}
