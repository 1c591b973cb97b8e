import { open } from 'node:fs/promises';
import { BYTES_PER_SAMPLE } from './pcm.js';

/** Samples that are in memory at a time: 1 MB. */
const BLOCK = 2 ** 17;

/** A stretch of PCM. */
export interface PcmStretch {
  readonly startSample: number;
  readonly samples: number;
  readonly signal: AbortSignal;
}

/** Writes a stretch of PCM into a file of its own, the last sample first, whatever its length in the same memory. What lies beyond the end of `file` is silent. */
export async function reversePcm(
  file: string,
  outFile: string,
  { startSample, samples, signal }: PcmStretch,
): Promise<void> {
  const from = await open(file, 'r');
  try {
    const to = await open(outFile, 'w');
    try {
      for (let end = samples; end > 0; end -= BLOCK) {
        signal.throwIfAborted();
        const start = Math.max(0, end - BLOCK);
        const block = Buffer.alloc((end - start) * BYTES_PER_SAMPLE);
        await readFully(from, block, (startSample + start) * BYTES_PER_SAMPLE);
        await to.writeFile(reversed(block));
      }
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** Up to the end of the file. */
async function readFully(from: Awaited<ReturnType<typeof open>>, block: Buffer, position: number): Promise<void> {
  for (let offset = 0; offset < block.length;) {
    const { bytesRead } = await from.read(block, offset, block.length - offset, position + offset);
    if (bytesRead === 0) return;
    offset += bytesRead;
  }
}

/** Both channels of a sample stay together. */
function reversed(block: Buffer): Buffer {
  const pairs = new BigUint64Array(block.buffer, block.byteOffset, block.length / BYTES_PER_SAMPLE);
  pairs.reverse();
  return block;
}
