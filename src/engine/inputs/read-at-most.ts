import { open } from 'node:fs/promises';

/** A small file's bytes; null: it has more than that. */
export async function readAtMost(file: string, maxBytes: number): Promise<Buffer | null> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    return size > maxBytes ? null : await handle.readFile();
  } finally {
    await handle.close();
  }
}
