import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Gap } from './find-gaps.js';
import { BYTES_PER_SAMPLE } from './pcm.js';

export interface Insertion {
  /** Samples in the source. */
  readonly samples: number;
  /** In order. */
  readonly gaps: readonly Gap[];
  /** What comes after so many samples is cut off; null: nothing. */
  readonly mostSamples: number | null;
  readonly signal: AbortSignal;
}

/** Turns a file of PCM into one with its pauses, and removes it. Silence is a hole in the file, and takes no room on the disk. @returns the samples of the target. */
export async function insertSilence(source: string, target: string, insertion: Insertion): Promise<number> {
  const { gaps, signal } = insertion;
  const total = lengthWith(insertion);
  if (gaps.length === 0) await rename(source, target);
  else await copyPieces(source, target, insertion);
  signal.throwIfAborted();
  const handle = await open(target, 'r+');
  try {
    await handle.truncate(total * BYTES_PER_SAMPLE);
  } finally {
    await handle.close();
  }
  return total;
}

/** The samples of the target. */
export function lengthWith({ samples, gaps, mostSamples }: Omit<Insertion, 'signal'>): number {
  return Math.min(
    gaps.reduce((sum, gap) => sum + gap.samples, samples),
    mostSamples ?? Infinity,
  );
}

async function copyPieces(
  source: string,
  target: string,
  { samples, gaps, mostSamples, signal }: Insertion,
): Promise<void> {
  // Made here, so that each piece can be written into it at its place.
  await (await open(target, 'w')).close();
  let inserted = 0;
  let from = 0;
  for (const gap of [...gaps, { beforeSample: samples, samples: 0 }]) {
    const to = Math.min(gap.beforeSample, (mostSamples ?? Infinity) - inserted);
    if (to > from) {
      await pipeline(
        createReadStream(source, { start: from * BYTES_PER_SAMPLE, end: to * BYTES_PER_SAMPLE - 1 }),
        createWriteStream(target, { flags: 'r+', start: (from + inserted) * BYTES_PER_SAMPLE }),
        { signal },
      );
    }
    from = gap.beforeSample;
    inserted += gap.samples;
  }
  await rm(source);
}
