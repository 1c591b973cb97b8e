import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withExifOrientation } from '../../fixtures/orientation.js';
import { writeHeif } from '../../fixtures/heif-file.js';
import { quartersImage } from '../../fixtures/quarters-image.js';
import { createImageBench, type ImageBench } from '../../support/image-bench.js';

/** What red, green, blue and yellow quarters, clockwise from top left, become for each orientation of EXIF (CIPA DC-008). */
const UPRIGHT = ['', 'RGBY', 'GRYB', 'BYRG', 'YBGR', 'RYBG', 'YRGB', 'BGRY', 'GBYR'];
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];

let bench: ImageBench;
beforeAll(async () => {
  bench = await createImageBench();
  await quartersImage().removeAlpha().png().toFile(bench.path('quarters.png'));
});
afterAll(() => bench.close());

/** @param files their orientations by their names. */
async function expectUpright(files: ReadonlyMap<string, number>): Promise<void> {
  for (const { name, read, png, quarters } of await bench.stills([...files.keys()])) {
    const orientation = files.get(name)!;
    expect(quarters, name).toBe(UPRIGHT[orientation]);
    const [width, height] = orientation > 4 ? [64, 96] : [96, 64];
    expect(png, name).toMatchObject({ width, height });
    expect(read, name).toMatchObject({ width, height, sourceWidth: width, sourceHeight: height, orientation });
  }
}

describe('an image with an EXIF orientation', () => {
  it('is upright from JPEG, PNG, TIFF and WebP, with each orientation', async () => {
    const jpeg = await quartersImage().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const files = new Map<string, number>();
    for (const orientation of ORIENTATIONS) {
      const turned = quartersImage().removeAlpha().withMetadata({ orientation });
      for (const [ending, bytes] of [
        ['jpg', withExifOrientation(jpeg, orientation)],
        ['png', await turned.clone().png().toBuffer()],
        ['tif', await turned.clone().tiff({ compression: 'lzw' }).toBuffer()],
        ['webp', await turned.clone().webp({ lossless: true }).toBuffer()],
      ] as const)
        files.set(await bench.write(`${orientation}.${ending}`, bytes), orientation);
    }
    await expectUpright(files);
  });

  it('is upright when it is scaled down too', async () => {
    const jpeg = await quartersImage(960, 640).jpeg().toBuffer();
    await bench.write('large.jpg', withExifOrientation(jpeg, 6));
    const { read, quarters } = await bench.still('large.jpg', { size: { width: 100, height: 100, fit: 'inside' } });
    expect(read).toMatchObject({ width: 67, height: 100, sourceWidth: 640, sourceHeight: 960 });
    expect(quarters).toBe('YRGB');
  });
});

describe('an image in HEIF', () => {
  /** Turns counter-clockwise, then a mirror (0: top and bottom change places), for each orientation of EXIF. */
  const TRANSFORMATIONS: readonly (readonly [turns: number, mirror: 0 | 1 | undefined, orientation: number])[] = [
    [0, undefined, 1],
    [0, 1, 2],
    [2, undefined, 3],
    [0, 0, 4],
    [1, 0, 5],
    [3, undefined, 6],
    [3, 0, 7],
    [1, undefined, 8],
  ];
  it('follows its transformations in HEIC and AVIF', async () => {
    const files = new Map<string, number>();
    for (const [turns, mirror, orientation] of TRANSFORMATIONS) {
      for (const [codec, ending] of [
        ['hevc', 'heic'],
        ['av1', 'avif'],
      ] as const) {
        const name = `${turns}-turns-mirror-${mirror ?? 'none'}.${ending}`;
        await writeHeif(bench.path(name), bench.path('quarters.png'), {
          ...{ codec, turns },
          ...(mirror === undefined ? {} : { mirror }),
        });
        files.set(name, orientation);
      }
    }
    await expectUpright(files);
  });
});
