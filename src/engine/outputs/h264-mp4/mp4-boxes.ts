import { open } from 'node:fs/promises';

/** Longer lists of top-level boxes than this are not ours. */
const MAX_BOXES = 1_000;

/** The names of an MP4 file's top-level boxes, in order; up to where the file ends or makes no sense. */
export async function topLevelBoxes(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const names: string[] = [];
    const header = Buffer.alloc(16);
    for (let at = 0; names.length < MAX_BOXES;) {
      const { bytesRead } = await handle.read(header, 0, 16, at);
      if (bytesRead < 8) break;
      const short = header.readUInt32BE(0);
      // 1: the size follows in 64 bits. 0: to the end of the file.
      const size = short === 1 && bytesRead === 16 ? Number(header.readBigUInt64BE(8)) : short;
      names.push(header.toString('latin1', 4, 8));
      if (size < 8) break;
      at += size;
    }
    return names;
  } finally {
    await handle.close();
  }
}

/** Whether a player finds the index before the media, and can begin while the file is being loaded. */
export function isFastStart(boxes: readonly string[]): boolean {
  const index = boxes.indexOf('moov');
  return index >= 0 && index < boxes.indexOf('mdat');
}
