import { open } from 'node:fs/promises';

/** How many frames an animated WebP holds, by its chunks: libvips leaves out those that it cannot read. 0: it is not animated. */
export async function countWebpFrames(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(8);
    let frames = 0;
    for (let at = 12; ;) {
      const { bytesRead } = await handle.read(head, 0, 8, at);
      if (bytesRead < 8) return frames;
      if (head.toString('latin1', 0, 4) === 'ANMF') frames += 1;
      const size = head.readUInt32LE(4);
      at += 8 + size + (size % 2);
    }
  } finally {
    await handle.close();
  }
}
