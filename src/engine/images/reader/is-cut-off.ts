import { open } from 'node:fs/promises';
import type { ImageFormat } from '../sniffed-format.js';
import { bytesOf, type Bytes } from './file-bytes.js';
import { isBmpCutOff, isPnmCutOff, isQoiCutOff } from './is-simple-image-cut-off.js';

/**
 * Whether a file ends before its structure does. It looks at lengths only, so it says nothing about damage in between; of JPEG, and of files that
 * are not what they begin as, it says no.
 */
export async function isCutOff(file: string, format: ImageFormat): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const bytes = await bytesOf(handle);
    return await WALKS[format](bytes);
  } finally {
    await handle.close();
  }
}

const WALKS: Readonly<Record<ImageFormat, (bytes: Bytes) => Promise<boolean>>> = {
  png: isPngCutOff,
  webp: isRiffCutOff,
  gif: isGifCutOff,
  tiff: isTiffCutOff,
  avif: isIsoCutOff,
  heif: isIsoCutOff,
  jpeg: () => Promise.resolve(false),
  bmp: isBmpCutOff,
  pnm: isPnmCutOff,
  qoi: isQoiCutOff,
};

async function isPngCutOff(bytes: Bytes): Promise<boolean> {
  for (let at = 8; ;) {
    const head = await bytes.at(at, 8);
    if (head.length < 8) return true;
    at += head.readUInt32BE(0) + 12;
    if (at > bytes.size) return true;
    if (head.toString('latin1', 4) === 'IEND') return false;
  }
}

async function isRiffCutOff(bytes: Bytes): Promise<boolean> {
  const head = await bytes.at(4, 4);
  return head.length < 4 || head.readUInt32LE(0) + 8 > bytes.size;
}

async function isIsoCutOff(bytes: Bytes): Promise<boolean> {
  for (let at = 0; at < bytes.size;) {
    const head = await bytes.at(at, 16);
    if (head.length < 8) return true;
    const short = head.readUInt32BE(0);
    if (short === 0) return false;
    const size = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short;
    if (size < 8) return false;
    at += size;
    if (at > bytes.size) return true;
  }
  return false;
}

/** A file that lacks only its trailer has all of its frames. */
async function isGifCutOff(bytes: Bytes): Promise<boolean> {
  const screen = await bytes.at(10, 1);
  if (screen.length < 1) return true;
  let at = 13 + paletteBytes(screen.readUInt8(0));
  while (at < bytes.size) {
    const head = await bytes.at(at, 10);
    const introducer = head.readUInt8(0);
    if (introducer === 0x3b) return false;
    if (introducer === 0x21) at += 2;
    else if (introducer === 0x2c) {
      if (head.length < 10) return true;
      at += 11 + paletteBytes(head.readUInt8(9));
    } else return false;
    for (let length = -1; length !== 0; at += length + 1) {
      const block = await bytes.at(at, 1);
      if (block.length < 1) return true;
      length = block.readUInt8(0);
    }
  }
  return at > bytes.size;
}

function paletteBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Bytes of a value, by TIFF's number of its type. */
const TIFF_SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
/** The tags that say where strips and tiles begin, and how long they are. */
const TIFF_DATA = [
  [273, 279],
  [324, 325],
] as const;

/** Whether something that the first directory names lies beyond the end: it stands behind the pixels in many files, and before them in others. */
async function isTiffCutOff(bytes: Bytes): Promise<boolean> {
  const head = await bytes.at(0, 8);
  if (head.length < 8) return true;
  const little = head.readUInt16BE(0) === 0x4949;
  const short = (b: Buffer, at: number) => (little ? b.readUInt16LE(at) : b.readUInt16BE(at));
  const long = (b: Buffer, at: number) => (little ? b.readUInt32LE(at) : b.readUInt32BE(at));
  if (short(head, 2) !== 42) return false;
  const directoryAt = long(head, 4);
  const count = await bytes.at(directoryAt, 2);
  if (count.length < 2) return true;
  const length = short(count, 0) * 12;
  const directory = await bytes.at(directoryAt + 2, length);
  if (directory.length < length) return true;
  const last = new Map<number, number>();
  for (let at = 0; at < length; at += 12) {
    const [values, size] = [long(directory, at + 4), TIFF_SIZES[short(directory, at + 2)] ?? 0];
    const place = values * size <= 4 ? directoryAt + 2 + at + 8 : long(directory, at + 8);
    if (place + values * size > bytes.size) return true;
    const value = size === 2 || size === 4 ? await bytes.at(place + (values - 1) * size, size) : Buffer.alloc(0);
    if (value.length === size && size > 0)
      last.set(short(directory, at), size === 2 ? short(value, 0) : long(value, 0));
  }
  return TIFF_DATA.some(([offsets, lengths]) => (last.get(offsets) ?? 0) + (last.get(lengths) ?? 0) > bytes.size);
}
