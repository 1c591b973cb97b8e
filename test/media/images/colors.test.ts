import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeHeif } from '../../fixtures/heif-file.js';
import { convertColor, iccProfile, SPACES } from '../../fixtures/icc-profile.js';
import { createImageBench, type ImageBench } from '../../support/image-bench.js';

let bench: ImageBench;
beforeAll(async () => {
  bench = await createImageBench();
});
afterAll(() => bench.close());

/** Colours that are inside sRGB whatever space their numbers are of, so that nothing is clipped. */
const PATCHES = [
  [120, 140, 100],
  [180, 160, 170],
  [90, 100, 130],
  [200, 200, 200],
] as const;
const SIZE = 32;

/** Four patches side by side as raw pixels; with `depth` 16 their values are multiplied by 257. */
function patches(depth: 8 | 16 = 8): Sharp {
  const row = Array.from({ length: SIZE * 4 }, (_, x) => PATCHES[Math.floor(x / SIZE)]!).flat();
  const values = Array.from({ length: SIZE }, () => row).flat();
  const raw = { width: SIZE * 4, height: SIZE, channels: 3 as const };
  return depth === 8
    ? sharp(Uint8Array.from(values), { raw })
    : sharp(Uint16Array.from(values.map((v) => v * 257)), { raw }).toColourspace('rgb16');
}

type ExpectedPatches = readonly [name: string, wanted: readonly (readonly number[])[], tolerance: number];

async function expectPatches(...files: readonly ExpectedPatches[]): Promise<void> {
  const stills = await bench.stills(files.map(([name]) => name));
  for (const [at, [name, wanted, tolerance]] of files.entries()) {
    for (const [i, color] of wanted.entries()) {
      const is = stills[at]!.png.at((i + 0.5) / 4, 0.5);
      const distance = Math.max(...color.map((v, c) => Math.abs(v - is[c]!)));
      expect(distance, `${name}: patch ${i} is ${is.join(' ')}, not ${color.join(' ')}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

/** A PNG with this profile, whose numbers stay what they are. */
async function tagged(png: Buffer, profile: Buffer): Promise<Buffer> {
  const { deflateSync, crc32 } = await crcTools();
  const body = Buffer.concat([Buffer.from('iCCPtest\0\0', 'latin1'), deflateSync(profile)]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

async function crcTools(): Promise<{ deflateSync: (bytes: Buffer) => Buffer; crc32: (bytes: Buffer) => number }> {
  const { deflateSync } = await import('node:zlib');
  const crc32 = (bytes: Buffer) => {
    let crc = ~0;
    for (const byte of bytes) {
      crc ^= byte;
      for (let k = 0; k < 8; k += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  return { deflateSync, crc32 };
}

/** A JPEG with this profile in its APP2 segment. */
function taggedJpeg(jpeg: Buffer, profile: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
  const head = Buffer.from([0xff, 0xe2, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

describe('the image reader', () => {
  it.each(['Display P3', 'Adobe RGB', 'ProPhoto'] as const)(
    'converts %s to sRGB, in PNG of 8 and 16 bits and in JPEG',
    async (space) => {
      const profile = iccProfile(SPACES[space]);
      const wanted = PATCHES.map((color) => convertColor(color, SPACES[space], SPACES.sRGB));
      await bench.write('8.png', await tagged(await patches().png().toBuffer(), profile));
      await bench.write('16.png', await tagged(await patches(16).png().toBuffer(), profile));
      expect((await sharp(bench.path('16.png')).metadata()).depth).toBe('ushort');
      await bench.write(
        'p.jpg',
        taggedJpeg(await patches().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(), profile),
      );
      await expectPatches(['8.png', wanted, 1], ['16.png', wanted, 1], ['p.jpg', wanted, 3]);
    },
  );

  it('keeps images in sRGB and images without a profile unchanged', async () => {
    await bench.write('plain.png', await patches().png().toBuffer());
    await bench.write('deep.png', await patches(16).png().toBuffer());
    await bench.write('srgb.png', await tagged(await patches().png().toBuffer(), iccProfile(SPACES.sRGB)));
    await expectPatches(['plain.png', PATCHES, 0], ['deep.png', PATCHES, 0], ['srgb.png', PATCHES, 1]);
  });

  it('converts CMYK, with a profile and without', async () => {
    // ISO Coated and its like: full cyan is no colour of a screen, but no red is in it, and no ink is white.
    const inks = [
      [255, 0, 0, 0],
      [0, 255, 255, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 255],
    ];
    const row = Array.from({ length: SIZE * 4 }, (_, x) => inks[Math.floor(x / SIZE)]!).flat();
    const raw = sharp(Uint8Array.from(Array.from({ length: SIZE }, () => row).flat()), {
      raw: { width: SIZE * 4, height: SIZE, channels: 4 },
    });
    const tiff = cmykTiff(await raw.raw().toBuffer(), SIZE * 4, SIZE);
    await bench.write('cmyk.tif', tiff);
    const withProfile = await sharp(tiff)
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    await bench.write('cmyk.jpg', withProfile);
    expect((await sharp(withProfile).metadata()).space).toBe('cmyk');
    for (const { png } of await bench.stills(['cmyk.tif', 'cmyk.jpg'])) {
      const [cyan, red, white, black] = [0, 1, 2, 3].map((i) => png.at((i + 0.5) / 4, 0.5));
      expect(cyan![0]).toBeLessThan(60);
      expect(Math.min(cyan![1], cyan![2])).toBeGreaterThan(140);
      expect(red![0]).toBeGreaterThan(200);
      expect(Math.max(red![1], red![2])).toBeLessThan(80);
      expect(Math.min(...white!.slice(0, 3))).toBeGreaterThan(245);
      expect(Math.max(...black!.slice(0, 3))).toBeLessThan(60);
    }
  });

  it('converts the profile of a HEIC, and primaries that a HEIC or an AVIF only names', async () => {
    await patches().png().toFile(bench.path('patches.png'));
    const wanted = PATCHES.map((color) => convertColor(color, SPACES['Display P3'], SPACES.sRGB));
    await writeHeif(bench.path('p3.heic'), bench.path('patches.png'), {
      codec: 'hevc',
      profile: iccProfile(SPACES['Display P3']),
    });
    await writeHeif(bench.path('named.heic'), bench.path('patches.png'), { codec: 'hevc', nclx: [12, 13, 1] });
    await writeHeif(bench.path('named.avif'), bench.path('patches.png'), { codec: 'av1', nclx: [12, 13, 1] });
    await writeHeif(bench.path('p3.avif'), bench.path('patches.png'), {
      codec: 'av1',
      profile: iccProfile(SPACES['Display P3']),
    });
    await writeHeif(bench.path('srgb.avif'), bench.path('patches.png'), { codec: 'av1' });
    const converted = ['p3.heic', 'named.heic', 'named.avif', 'p3.avif'];
    await expectPatches(...converted.map((name): ExpectedPatches => [name, wanted, 3]), ['srgb.avif', PATCHES, 3]);
  });

  it('reports a transfer that is brighter than sRGB', async () => {
    await patches().png().toFile(bench.path('patches.png'));
    await writeHeif(bench.path('pq.avif'), bench.path('patches.png'), { codec: 'av1', nclx: [9, 16, 1] });
    await writeHeif(bench.path('hlg.heic'), bench.path('patches.png'), { codec: 'hevc', nclx: [9, 18, 1] });
    const stills = await bench.stills(['pq.avif', 'hlg.heic', 'patches.png']);
    expect(stills.map(({ read: { transfer, primaries } }) => `${transfer} ${primaries}`)).toEqual([
      'pq bt2020',
      'hlg bt2020',
      'sdr bt709',
    ]);
  });
});

describe('the output of the image reader', () => {
  it('is PNG of 8-bit RGB without a profile, for every input', async () => {
    await sharp(await patches().png().toBuffer())
      .toColourspace('b-w')
      .png()
      .toFile(bench.path('grey.png'));
    await sharp(await patches().png().toBuffer())
      .png({ palette: true })
      .toFile(bench.path('palette.png'));
    await bench.write('tagged.png', await tagged(await patches(16).png().toBuffer(), iccProfile(SPACES['Adobe RGB'])));
    for (const { read, png } of await bench.stills(['grey.png', 'palette.png', 'tagged.png'])) {
      expect(png.format).toBe('rgb24');
      expect((await readFile(bench.path(read.file))).includes('iCCP')).toBe(false);
    }
  });
});

describe('a TIFF in colours that are not converted', () => {
  it.each([
    ['Y′CbCr', 6],
    ['CIE L*a*b*', 8],
  ])('is refused: %s', async (_name, colors) => {
    const size = { width: SIZE, height: SIZE };
    await bench.write('other.tif', plainTiff(Buffer.alloc(SIZE * SIZE * 3, 128), { ...size, colors, channels: 3 }));
    expect(await bench.refusal('other.tif')).toMatch(/^INPUT_NOT_SUPPORTED: .* send it as an ordinary JPEG or PNG$/);
  });
});

/** An uncompressed TIFF of inks. */
const cmykTiff = (data: Buffer, width: number, height: number) =>
  plainTiff(data, { width, height, colors: 5, channels: 4 });

/** An uncompressed TIFF. @param colors its PhotometricInterpretation. */
function plainTiff(
  data: Buffer,
  { width, height, colors, channels }: { width: number; height: number; colors: number; channels: number },
): Buffer {
  const entries = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, channels, 0],
    [259, 3, 1, 1],
    [262, 3, 1, colors],
    [273, 4, 1, 0],
    [277, 3, 1, channels],
    [278, 4, 1, height],
    [279, 4, 1, data.length],
  ];
  const end = 8 + 2 + entries.length * 12 + 4;
  const head = Buffer.alloc(end + 8);
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    head.writeUInt16LE(tag!, 10 + i * 12);
    head.writeUInt16LE(type!, 12 + i * 12);
    head.writeUInt32LE(count!, 14 + i * 12);
    head.writeUInt32LE(tag === 258 ? end : tag === 273 ? end + 8 : value!, 18 + i * 12);
  });
  for (let i = 0; i < 4; i += 1) head.writeUInt16LE(8, end + i * 2);
  return Buffer.concat([head, data]);
}
