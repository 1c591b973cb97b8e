/** Three rows of three. */
export type Matrix = readonly (readonly number[])[];

/** The shares of red, green and blue in lightness, as the filters of CSS round those of BT.709. */
export const LUMA = [0.213, 0.715, 0.072] as const;

/** The second matrix, and the first after it. */
export function multiply(then: Matrix, first: Matrix): Matrix {
  return then.map((row) =>
    [0, 1, 2].map((k) => row.reduce((sum, factor, i) => sum + factor * (first[i]?.[k] ?? 0), 0)),
  );
}

/** A factor for each component. */
export function scaleMatrix(factors: readonly number[]): Matrix {
  return factors.map((factor, i) => [0, 1, 2].map((k) => (i === k ? factor : 0)));
}
