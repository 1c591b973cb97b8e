import { createHash } from 'node:crypto';
import type { ColorAdjustment } from '../../../composition/clip-effect.js';
import { temperatureGains } from '../color/temperature.js';
import { LUMA, multiply, scaleMatrix, type Matrix } from '../color/matrix.js';
import type { GraphFile } from '../render-plan.js';
import type { EffectDefinition } from './effect-definition.js';
import { inRgb, RGB_FILTERS } from './rgb.js';

/**
 * On coded RGB values from 0 to 1, by BT.709:
 *
 * 1. brightness b and contrast c: `(v + b - 0.5) * c + 0.5`; saturation by the matrix of CSS `saturate()`; then clipped to 0 to 1;
 * 2. gamma g: `v ^ (1 / g)`;
 * 3. hue by the matrix of CSS `hue-rotate()`; temperature by a factor of each component (`temperature.ts`); then clipped to 0 to 1.
 *
 * The first and the last are linear, so that a table of two points along each axis is exact: `lut3d` takes values beyond 0 and 1 and clips what comes out.
 * (`eq` knows no RGB, `hue` works on chroma of 8 bits, `colortemperature` and `colorchannelmixer` would convert by BT.601 and know factors up to 2 only.)
 */
export const color: EffectDefinition<'COLOR'> = {
  filters: ['lut3d', 'lutrgb', ...RGB_FILTERS],
  render({ brightness, contrast, saturation, gamma, hue, temperature }, clip) {
    const filters: string[] = [];
    const apply = (table: GraphFile) => {
      clip.files.add(table);
      filters.push(`lut3d=file=${table.name}:interp=tetrahedral`);
    };
    if (brightness !== 0 || contrast !== 1 || saturation !== 1)
      apply(tableOf(saturate(saturation), (v) => (v + brightness - 0.5) * contrast + 0.5));
    if (gamma !== 1) filters.push(gammaFilter(gamma));
    if (hue !== 0 || temperature !== NEUTRAL)
      apply(tableOf(multiply(scaleMatrix(temperatureGains(temperature)), hueRotate(hue)), (v) => v));
    return filters.length === 0 ? [] : inRgb(filters, clip);
  },
};

/** The temperature that changes nothing. */
const NEUTRAL = 6500 satisfies ColorAdjustment['temperature'];

function gammaFilter(gamma: number): string {
  const curve = `'maxval*pow(val/maxval,${(1 / gamma).toFixed(9)})+0.5'`;
  return `lutrgb=r=${curve}:g=${curve}:b=${curve}`;
}

/** Filter Effects 1, 8.5: `saturate`. */
function saturate(amount: number): Matrix {
  const row = (own: number) => LUMA.map((luma, i) => luma * (1 - amount) + (i === own ? amount : 0));
  return [row(0), row(1), row(2)];
}

/** Filter Effects 1, 8.5: `hueRotate`. The lightness stays. */
function hueRotate(degrees: number): Matrix {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const base = [
    [0.213, 0.715, 0.072],
    [0.213, 0.715, 0.072],
    [0.213, 0.715, 0.072],
  ];
  const byCos = [
    [0.787, -0.715, -0.072],
    [-0.213, 0.285, -0.072],
    [-0.213, -0.715, 0.928],
  ];
  const bySin = [
    [-0.213, -0.715, 0.928],
    [0.143, 0.14, -0.283],
    [-0.787, 0.715, 0.072],
  ];
  return base.map((row, i) => row.map((value, k) => value + cos * (byCos[i]?.[k] ?? 0) + sin * (bySin[i]?.[k] ?? 0)));
}

/** A table of a curve that is a straight line, and a matrix after it. */
function tableOf(matrix: Matrix, curve: (value: number) => number): GraphFile {
  const lines = ['LUT_3D_SIZE 2'];
  for (const b of [0, 1])
    for (const g of [0, 1])
      for (const r of [0, 1]) {
        const from = [r, g, b].map(curve);
        const to = matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * (from[i] ?? 0), 0));
        lines.push(to.map((value) => value.toFixed(7)).join(' '));
      }
  const content = `${lines.join('\n')}\n`;
  return { name: `adjust-${createHash('sha256').update(content).digest('hex').slice(0, 32)}.cube`, content };
}
