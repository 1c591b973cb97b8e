/** The number of the frame: `perspective` counts those that leave it from 1. */
export const FRAME = '(on-1)';

/** Filters that `showPart` uses. */
export const SEEN_PART_FILTERS = ['perspective'];

/** Where a part of a side begins and ends, as expressions in shares of it. */
export type SeenSide = readonly [begin: string, end: string];

/**
 * Shows a part of a clip in all of its frame, by `perspective`, which reads between pixels: scaling and cropping, or `zoompan`, move in whole pixels, and a slow zoom
 * trembles.
 * @param scale an expression: how many times as large as it is the part is shown.
 */
export function showPart([left, right]: SeenSide, [top, bottom]: SeenSide, scale: string): string {
  // Corners are those of pixels, and places that `perspective` reads are their middles.
  const toMiddle = `(1-1/${scale})/2`;
  const corners = [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ] as const;
  const options = corners.map(([x, y], i) => `x${i}='W*${x}-${toMiddle}':y${i}='H*${y}-${toMiddle}'`);
  return `perspective=${options.join(':')}:sense=source:interpolation=linear:eval=frame`;
}
