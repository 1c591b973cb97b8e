/** What a command takes of the machine while it runs. */
export interface Cost {
  /** Cores that it keeps busy. */
  readonly cores: number;
  readonly bytes: number;
}

/** The pictures that a command works on, by their pixels. */
export interface Work {
  /** Of each input that is decoded. */
  readonly decoded: readonly number[];
  /** Of each file that is encoded. */
  readonly encoded: readonly number[];
}

const MIB = 1024 ** 2;
/** A process without pictures. */
const LEAST_BYTES = 64 * MIB;
/**
 * Bytes per pixel of the frames that are held: by an encoder that looks 40 frames ahead, with its references; by a decoder with two threads and the filters after it. A
 * section of six clips at 1080×1920 takes 430 MB, and one command for a whole video more (measured, November 2026).
 */
const BYTES_PER_PIXEL = { encoder: 110, decoder: 32 } as const;

/** A command that only moves bytes. */
export const MOVING_BYTES: Cost = { cores: 0.25, bytes: LEAST_BYTES };

/**
 * The cost of a command. Its largest encoder, with the decoders that feed it, keeps one core busy; the others go at its pace and take their share of pixels beside it. Pure.
 */
export function costOf({ decoded, encoded }: Work): Cost {
  const largest = Math.max(1, ...encoded);
  const cores = Math.max(1, sum(encoded) / largest);
  return {
    cores,
    bytes: LEAST_BYTES + sum(encoded) * BYTES_PER_PIXEL.encoder + sum(decoded) * BYTES_PER_PIXEL.decoder,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
