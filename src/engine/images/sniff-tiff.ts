import type { SniffedFormat } from './sniffed-format.js';

/** Tags of TIFF 6.0, TIFF/EP and DNG. */
const TAG = { newSubfileType: 254, make: 271, subIfds: 330, dngVersion: 50_706 };

const TIFF: SniffedFormat = { kind: 'image', format: 'tiff', name: 'a TIFF image' };
const raw = (maker: string): SniffedFormat => ({ kind: 'not-supported', name: `a camera raw file${maker}` });

/**
 * TIFF, and the raw files of cameras that are built on it: their first frame is a small preview, which is not what anyone means.
 * Null: it is none of them.
 */
export function sniffTiff(head: Uint8Array): SniffedFormat | null {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < 8) return null;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const magic = view.getUint16(2, little);
  if (magic === 43) return TIFF;
  if (magic === 0x4f52 || magic === 0x5352) return raw(' (Olympus ORF)');
  if (magic === 0x55) return raw(' (Panasonic RW2)');
  if (magic !== 42) return null;
  if (head.length >= 10 && head[8] === 0x43 && head[9] === 0x52) return raw(' (Canon CR2)');
  const tags = firstDirectory(view, little);
  if (tags.has(TAG.dngVersion)) return raw(' (DNG)');
  const isPreview = ((tags.get(TAG.newSubfileType) ?? 0) & 1) === 1;
  return isPreview && tags.has(TAG.subIfds) && tags.has(TAG.make) ? raw('') : TIFF;
}

/** The first directory's tags with their values, as far as it lies in the first bytes; most do. */
function firstDirectory(view: DataView, little: boolean): ReadonlyMap<number, number> {
  const tags = new Map<number, number>();
  const at = view.getUint32(4, little);
  if (at + 2 > view.byteLength) return tags;
  const count = view.getUint16(at, little);
  for (let i = 0; i < count; i += 1) {
    const entry = at + 2 + i * 12;
    if (entry + 12 > view.byteLength) break;
    tags.set(view.getUint16(entry, little), view.getUint32(entry + 8, little));
  }
  return tags;
}
