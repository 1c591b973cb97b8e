import { open } from 'node:fs/promises';

/** Longer lists of top-level boxes than this are not ours. */
const MAX_BOXES = 1_000;
/** An index that is larger than this is not read: 4 h of video at 60 frames a second have one of 7 MB. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;
/** So many boxes of one level are looked at. Files of strangers are read with these functions, too. */
const MAX_BOXES_WITHIN = 10_000;

/** The top level of an MP4 file, as far as it makes sense. */
export interface Mp4Outline {
  /** The names of its boxes, in order. */
  readonly boxes: readonly string[];
  /** The content of its index, `moov`; null: it has none. */
  readonly index: Buffer | null;
  readonly fileBytes: number;
}

/** Reads the outline of an MP4 file. @throws the system's error when it cannot be read. */
export async function readOutline(file: string, maxIndexBytes = MAX_INDEX_BYTES): Promise<Mp4Outline> {
  const handle = await open(file, 'r');
  try {
    const { size: fileBytes } = await handle.stat();
    const boxes: string[] = [];
    let index: Buffer | null = null;
    const header = Buffer.alloc(16);
    for (let at = 0; boxes.length < MAX_BOXES;) {
      const { bytesRead } = await handle.read(header, 0, 16, at);
      if (bytesRead < 8) break;
      const { size, headerBytes, kind } = readHeader(header.subarray(0, bytesRead));
      boxes.push(kind);
      if (size < headerBytes) break;
      const length = Math.min(size, fileBytes - at) - headerBytes;
      if (kind === 'moov' && index === null && length >= 0 && length <= maxIndexBytes) {
        index = Buffer.alloc(length);
        await handle.read(index, 0, length, at + headerBytes);
      }
      at += size;
    }
    return { boxes, index, fileBytes };
  } finally {
    await handle.close();
  }
}

/** Whether a player finds the index before the media, and can begin while the file is being loaded. */
export function isFastStart({ boxes }: Mp4Outline): boolean {
  const index = boxes.indexOf('moov');
  return index >= 0 && index < boxes.indexOf('mdat');
}

/** The sample tables of the videos that an index names. */
export function videoTables({ index }: Mp4Outline): Buffer[] {
  const tracks = index === null ? [] : boxesIn(index, 'trak').flatMap((trak) => boxesIn(trak, 'mdia'));
  return tracks
    .filter((mdia) => boxesIn(mdia, 'hdlr')[0]?.toString('latin1', 8, 12) === 'vide')
    .flatMap((mdia) => boxesIn(mdia, 'minf').flatMap((minf) => boxesIn(minf, 'stbl')));
}

/** The contents of the boxes of a kind that lie directly in another's. */
export function boxesIn(content: Buffer, kind: string): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0, count = 0; at + 8 <= content.length && count < MAX_BOXES_WITHIN; count += 1) {
    const rest = content.subarray(at);
    const header = readHeader(rest);
    if (header.size < header.headerBytes || header.size > rest.length) break;
    if (header.kind === kind) found.push(rest.subarray(header.headerBytes, header.size));
    at += header.size;
  }
  return found;
}

/** @param bytes at least 8, from the beginning of a box. */
function readHeader(bytes: Buffer): { size: number; headerBytes: number; kind: string } {
  const short = bytes.readUInt32BE(0);
  const kind = bytes.toString('latin1', 4, 8);
  // 1: the size follows in 64 bits. 0: to the end of the file.
  return short === 1 && bytes.length >= 16
    ? { size: Number(bytes.readBigUInt64BE(8)), headerBytes: 16, kind }
    : { size: short, headerBytes: 8, kind };
}
