import { open } from 'node:fs/promises';

/** An index that is larger than this is not ours: 4 h of video at 60 frames a second have one of 7 MB. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;

/**
 * The lengths that the frames of an MP4's video have, in the units of its track, each once: one, where its frames follow each other evenly. A count of frames and a
 * length do not show that one frame of a join stands for twice as long as the others.
 * @returns empty for a file without an index or a video.
 */
export async function frameSteps(file: string): Promise<number[]> {
  const moov = await readMoov(file);
  const tracks = moov === null ? [] : boxesIn(moov, 'trak').map((trak) => boxesIn(trak, 'mdia')[0]);
  const video = tracks.find((mdia) => mdia && boxesIn(mdia, 'hdlr')[0]?.toString('latin1', 8, 12) === 'vide');
  const stbl = video && boxesIn(video, 'minf').flatMap((minf) => boxesIn(minf, 'stbl'))[0];
  const stts = stbl && boxesIn(stbl, 'stts')[0];
  if (!stts || stts.length < 8) return [];
  const steps = new Set<number>();
  for (let i = 0; i < stts.readUInt32BE(4) && 16 + 8 * i <= stts.length; i += 1)
    steps.add(stts.readUInt32BE(12 + 8 * i));
  return [...steps];
}

/** The content of the file's index; null: it has none. */
async function readMoov(file: string): Promise<Buffer | null> {
  const handle = await open(file, 'r');
  try {
    const { size: fileBytes } = await handle.stat();
    const header = Buffer.alloc(16);
    for (let at = 0; at + 8 <= fileBytes;) {
      const { bytesRead } = await handle.read(header, 0, 16, at);
      if (bytesRead < 8) return null;
      const { size, headerBytes } = sizeOf(header, bytesRead);
      if (header.toString('latin1', 4, 8) === 'moov') {
        const length = Math.min(size, fileBytes - at) - headerBytes;
        if (length < 0 || length > MAX_INDEX_BYTES) return null;
        const content = Buffer.alloc(length);
        await handle.read(content, 0, length, at + headerBytes);
        return content;
      }
      if (size < headerBytes) return null;
      at += size;
    }
    return null;
  } finally {
    await handle.close();
  }
}

/** The contents of the boxes of a kind that lie directly in another's. */
function boxesIn(content: Buffer, kind: string): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 8 <= content.length;) {
    const rest = content.subarray(at);
    const { size, headerBytes } = sizeOf(rest, rest.length);
    if (size < headerBytes || size > rest.length) break;
    if (rest.toString('latin1', 4, 8) === kind) found.push(rest.subarray(headerBytes, size));
    at += size;
  }
  return found;
}

function sizeOf(header: Buffer, available: number): { size: number; headerBytes: number } {
  const short = header.readUInt32BE(0);
  // 1: the size follows in 64 bits.
  return short === 1 && available >= 16
    ? { size: Number(header.readBigUInt64BE(8)), headerBytes: 16 }
    : { size: short, headerBytes: 8 };
}
