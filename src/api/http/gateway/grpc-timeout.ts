/** Milliseconds per unit of `Grpc-Timeout`. */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000001 };

/** Longer than any call lasts; a timer takes no more than 2^31 ms. */
const MAX_MS = 2_000_000_000;

/**
 * Reads the header `Grpc-Timeout`, such as `500m` for half a second. As with grpc-gateway 0 is no deadline, and there may be more digits than the eight
 * that gRPC itself allows.
 * @returns milliseconds; null when there is no deadline, undefined when the header is malformed.
 */
export function parseGrpcTimeout(value: string | undefined): number | null | undefined {
  if (value === undefined || value === '') return null;
  const match = /^(\d{1,18})([HMSmun])$/.exec(value);
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || unit === undefined) return undefined;
  const ms = Number(match[1]) * unit;
  return ms === 0 ? null : Math.min(MAX_MS, ms);
}
