import { open } from 'node:fs/promises';
import { bytesOf, type Bytes } from './file-bytes.js';
import { ImageRefusedError } from './image-refused-error.js';

/** Tags of TIFF 6.0. */
const TAG = { compression: 259, photometric: 262 };
const YCBCR = 6;
/** Old and new JPEG, whose decoder turns its colours into RGB. */
const JPEG = new Set([6, 7]);

/** Refuses a TIFF whose numbers libvips would take for red, green and blue though they are none. @throws ImageRefusedError INPUT_NOT_SUPPORTED. */
export async function requireReadableColors(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const tags = await firstDirectory(await bytesOf(handle));
    if (tags.get(TAG.photometric) !== YCBCR || JPEG.has(tags.get(TAG.compression) ?? 1)) return;
  } finally {
    await handle.close();
  }
  const message =
    'this is a TIFF image in Y′CbCr without JPEG compression, which is not supported here; send it as an ordinary JPEG or PNG';
  throw new ImageRefusedError('INPUT_NOT_SUPPORTED', message);
}

/** The short values of the first directory, wherever in the file it lies; none where there is no directory. */
async function firstDirectory(bytes: Bytes): Promise<ReadonlyMap<number, number>> {
  const head = await bytes.at(0, 16);
  const tags = new Map<number, number>();
  if (head.length < 16) return tags;
  const isLittle = head[0] === 0x49;
  const view = viewOf(head);
  // BigTIFF has wider numbers.
  const isBig = view.getUint16(2, isLittle) === 43;
  const at = isBig ? Number(view.getBigUint64(8, isLittle)) : view.getUint32(4, isLittle);
  const [countBytes, entryBytes, valueAt] = isBig ? [8, 20, 12] : [2, 12, 8];
  const start = await bytes.at(at, countBytes);
  if (start.length < countBytes) return tags;
  const count = isBig ? Number(viewOf(start).getBigUint64(0, isLittle)) : viewOf(start).getUint16(0, isLittle);
  const entries = await bytes.at(at + countBytes, Math.min(count, MOST_ENTRIES) * entryBytes);
  for (let entry = 0; entry + entryBytes <= entries.length; entry += entryBytes) {
    const tag = viewOf(entries).getUint16(entry, isLittle);
    tags.set(tag, viewOf(entries).getUint16(entry + valueAt, isLittle));
  }
  return tags;
}

/** Far more than there are tags. */
const MOST_ENTRIES = 4_096;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
