import { open } from 'node:fs/promises';
import { sniffFormat } from './sniff-format.js';
import { SNIFF_BYTES, type SniffedFormat } from './sniffed-format.js';

/** Names the format of a file by its first bytes. @throws the system's error when it cannot be read. */
export async function sniffFile(file: string): Promise<SniffedFormat> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(SNIFF_BYTES);
    const { bytesRead } = await handle.read(head, 0, SNIFF_BYTES, 0);
    return sniffFormat(head.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
