/** Primaries as they are numbered in ITU-T H.273, with their colorants adapted to D50, as ICC profiles want them. */
const COLORANTS = {
  /** Display P3. */
  12: [0.51512, 0.2412, -0.00105, 0.29198, 0.69225, 0.04189, 0.1571, 0.06657, 0.78407],
  /** BT.2020. */
  9: [0.67349, 0.27904, -0.00194, 0.16566, 0.67534, 0.02998, 0.12505, 0.04561, 0.79685],
} as const;

/** The curve of sRGB, as the parameters of an ICC parametric curve of type 3. */
const SRGB_CURVE = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];

/** An ICC profile (4.3) of wide primaries with the curve of sRGB. Null: these primaries need none, or none is known. */
export function wideRgbProfile(primaries: number): Buffer | null {
  if (primaries !== 12 && primaries !== 9) return null;
  const colorants = COLORANTS[primaries];
  const curve = Buffer.concat([Buffer.from('para\0\0\0\0\0\x03\0\0', 'latin1'), ...SRGB_CURVE.map(fixed)]);
  const xyz = (values: readonly number[]) =>
    Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), ...values.map(fixed)]);
  const text = (words: string) => {
    const utf16 = Buffer.from(words, 'utf16le').swap16();
    const head = Buffer.from('mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\0\0\0\0\x1c', 'latin1');
    head.writeUInt32BE(utf16.length, 20);
    return Buffer.concat([head, utf16]);
  };
  return profileOf([
    ['desc', text('RGB')],
    ['cprt', text('CC0')],
    ['wtpt', xyz([0.9642, 1, 0.82491])],
    ['rXYZ', xyz(colorants.slice(0, 3))],
    ['gXYZ', xyz(colorants.slice(3, 6))],
    ['bXYZ', xyz(colorants.slice(6, 9))],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ]);
}

function profileOf(tags: readonly (readonly [name: string, data: Buffer])[]): Buffer {
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length, 0);
  const parts: Buffer[] = [];
  let at = 128 + table.length;
  tags.forEach(([name, data], i) => {
    table.write(name, 4 + i * 12, 'latin1');
    table.writeUInt32BE(at, 8 + i * 12);
    table.writeUInt32BE(data.length, 12 + i * 12);
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    parts.push(padded);
    at += padded.length;
  });
  const head = Buffer.alloc(128);
  head.writeUInt32BE(at, 0);
  head.writeUInt32BE(0x0430_0000, 8);
  head.write('mntrRGB XYZ ', 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  for (const [i, value] of [0.9642, 1, 0.82491].entries()) fixed(value).copy(head, 68 + i * 4);
  return Buffer.concat([head, table, ...parts]);
}

/** A number as `s15Fixed16Number`. */
function fixed(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Math.round(value * 65_536));
  return bytes;
}
