/** Milliseconds per unit of `Grpc-Timeout`. */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000001 };

/** Longer than any call lasts; a timer takes no more than 2^31 ms. */
const MAX_MS = 2_000_000_000;

/** Reads the header `Grpc-Timeout`, such as `500m` for half a second. @returns milliseconds; null when it is not set, undefined when it is malformed. */
export function parseGrpcTimeout(value: string | undefined): number | null | undefined {
  if (value === undefined) return null;
  const match = /^(\d{1,8})([HMSmun])$/.exec(value.trim());
  const unit = UNITS[match?.[2] ?? ''];
  return match && unit !== undefined ? Math.min(MAX_MS, Number(match[1]) * unit) : undefined;
}
