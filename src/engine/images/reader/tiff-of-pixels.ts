import type { Pixels } from './pixels.js';

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

/** An uncompressed TIFF (6.0) of pixels with a colour profile: sharp takes no profile beside raw pixels. */
export function tiffOfPixels({ data, width, height, channels }: Pixels, profile: Buffer): Buffer {
  const bits = Buffer.alloc(channels * 2);
  for (let i = 0; i < channels; i += 1) bits.writeUInt16LE(8, i * 2);
  const entries = (
    profileAt: number,
    bitsAt: number,
    dataAt: number,
  ): (readonly [tag: number, type: number, count: number, value: number])[] => [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, bitsAt],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, dataAt],
    [277, SHORT, 1, channels],
    [278, LONG, 1, height],
    [279, LONG, 1, data.length],
    // Alpha that is not multiplied in.
    ...(channels === 4 ? [[338, SHORT, 1, 2] as const] : []),
    [34_675, UNDEFINED, profile.length, profileAt],
  ];
  const count = entries(0, 0, 0).length;
  const bitsAt = 8 + 2 + count * 12 + 4;
  const profileAt = bitsAt + bits.length;
  const dataAt = profileAt + profile.length;
  const head = Buffer.alloc(bitsAt);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(count, 8);
  entries(profileAt, bitsAt, dataAt).forEach(([tag, type, length, value], i) => {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(length, at + 4);
    head.writeUInt32LE(value, at + 8);
  });
  return Buffer.concat([head, bits, profile, data]);
}
