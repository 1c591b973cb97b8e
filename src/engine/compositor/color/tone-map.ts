import { fromPq, PEAK, REFERENCE_WHITE, toPq } from './transfer.js';

type Rgb = readonly [number, number, number];

const TARGET = toPq(REFERENCE_WHITE) / toPq(PEAK);
/** Where the curve leaves the straight line, as a share of the source's peak in PQ. */
const KNEE = 1.5 * TARGET - 0.5;

/**
 * Compresses light of up to `PEAK` into 0 to 1 by the EETF of ITU-R BT.2390: the same up to about 95 cd/m², then a spline that
 * reaches white at the peak. All components are scaled alike, by the largest, so that hues stay.
 */
export function toneMap([r, g, b]: Rgb): Rgb {
  const largest = Math.max(r, g, b);
  if (largest <= 0) return [0, 0, 0];
  const luminance = largest * REFERENCE_WHITE;
  const gain = compressed(luminance) / luminance;
  return [r * gain, g * gain, b * gain];
}

/** @param luminance cd/m². */
function compressed(luminance: number): number {
  const level = Math.min(1, toPq(luminance) / toPq(PEAK));
  if (level < KNEE) return luminance;
  const t = (level - KNEE) / (1 - KNEE);
  const spline =
    (2 * t ** 3 - 3 * t ** 2 + 1) * KNEE + (t ** 3 - 2 * t ** 2 + t) * (1 - KNEE) + (-2 * t ** 3 + 3 * t ** 2) * TARGET;
  return fromPq(spline * toPq(PEAK));
}
