import type { InputColor } from '../../probe/media-details.js';

type Rgb = readonly [number, number, number];
type Matrix = readonly [Rgb, Rgb, Rgb];

/** Linear light to BT.709's primaries (ITU-R BT.2087 for BT.2020; both with D65). */
const TO_BT709: Readonly<Record<InputColor['primaries'], Matrix | null>> = {
  bt709: null,
  bt2020: [
    [1.660491, -0.587641, -0.07285],
    [-0.12455, 1.1329, -0.008349],
    [-0.018151, -0.100579, 1.11873],
  ],
  p3: [
    [1.22494, -0.22494, 0],
    [-0.042057, 1.042057, 0],
    [-0.019638, -0.078636, 1.098274],
  ],
};

/** A colour in BT.709's primaries. Components of colours outside its gamut are below 0. */
export function toBt709Primaries(color: Rgb, primaries: InputColor['primaries']): Rgb {
  const matrix = TO_BT709[primaries];
  if (!matrix) return color;
  const row = ([r, g, b]: Rgb) => r * color[0] + g * color[1] + b * color[2];
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}
