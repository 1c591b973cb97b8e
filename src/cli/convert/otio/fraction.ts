/** An exact number of seconds: `n / d`, with `d` above 0. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

export const ZERO: Fraction = { n: 0n, d: 1n };

/** In lowest terms. @param d above 0. */
export function fraction(n: bigint, d: bigint): Fraction {
  const common = divisor(n < 0n ? -n : n, d);
  return { n: n / common, d: d / common };
}

export function add(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function subtract(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d - b.n * a.d, a.d * b.d);
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.n, a.d * b.d);
}

export function isLess(a: Fraction, b: Fraction): boolean {
  return a.n * b.d < b.n * a.d;
}

export function smaller(a: Fraction, b: Fraction): Fraction {
  return isLess(b, a) ? b : a;
}

export function larger(a: Fraction, b: Fraction): Fraction {
  return isLess(a, b) ? b : a;
}

/** To the nearest nanosecond, a half upwards. */
export function toNs({ n, d }: Fraction): bigint {
  const doubled = 2_000_000_000n * n + d;
  const quotient = doubled / (2n * d);
  return doubled < 0n && doubled % (2n * d) !== 0n ? quotient - 1n : quotient;
}

/** A number as a fraction, to six places. @param value finite. */
export function fractionOf(value: number): Fraction {
  return Number.isInteger(value) ? fraction(BigInt(value), 1n) : fraction(BigInt(Math.round(value * 1e6)), 1_000_000n);
}

function divisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
