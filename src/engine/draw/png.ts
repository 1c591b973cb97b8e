import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from './picture.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Of PNG (ISO/IEC 15948, 11.2.2), by channels. */
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;
/** Each byte less the one above it: drawings change little from row to row. */
const FILTER_UP = 2;

/** A PNG of 8 bits without any profile, fast rather than small; the same picture gives the same bytes. */
export function pngOf({ width, height, channels, data }: Picture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOR_TYPES[channels];
  const rows = deflateSync(filtered(data, width * channels, height), { level: 2 });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function filtered(data: Uint8Array, stride: number, height: number): Buffer {
  const out = Buffer.alloc((stride + 1) * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    out[to] = FILTER_UP;
    to += 1;
    const from = y * stride;
    for (let i = 0; i < stride; i += 1, to += 1)
      out[to] = (data[from + i] ?? 0) - (y === 0 ? 0 : (data[from - stride + i] ?? 0));
  }
  return out;
}

function chunk(type: string, content: Buffer): Buffer {
  const out = Buffer.alloc(content.length + 12);
  out.writeUInt32BE(content.length, 0);
  out.write(type, 4, 'latin1');
  content.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, content.length + 8)), content.length + 8);
  return out;
}
