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

async function expectUpright(name: string, orientation: number): Promise<void> {
  const { read, png, quarters } = await bench.still(name);
  expect(quarters).toBe(UPRIGHT[orientation]);
  const [width, height] = orientation > 4 ? [64, 96] : [96, 64];
  expect(png).toMatchObject({ width, height });
  expect(read).toMatchObject({ width, height, sourceWidth: width, sourceHeight: height, orientation });
}

describe('an image with an EXIF orientation', () => {
  it.each(ORIENTATIONS)('is upright from JPEG with orientation %i', async (orientation) => {
    const jpeg = await quartersImage().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    await bench.write('turned.jpg', withExifOrientation(jpeg, orientation));
    await expectUpright('turned.jpg', orientation);
  });

  it.each(ORIENTATIONS)('is upright from PNG, TIFF and WebP with orientation %i', async (orientation) => {
    const turned = quartersImage().removeAlpha().withMetadata({ orientation });
    await bench.write('turned.png', await turned.clone().png().toBuffer());
    await bench.write('turned.tif', await turned.clone().tiff({ compression: 'lzw' }).toBuffer());
    await bench.write('turned.webp', await turned.clone().webp({ lossless: true }).toBuffer());
    for (const name of ['turned.png', 'turned.tif', 'turned.webp']) await expectUpright(name, orientation);
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
  it.each(TRANSFORMATIONS)(
    'follows its transformations in HEIC and AVIF: %i turns, mirror %s',
    async (turns, mirror, orientation) => {
      for (const [codec, name] of [
        ['hevc', 'turned.heic'],
        ['av1', 'turned.avif'],
      ] as const) {
        await writeHeif(bench.path(name), bench.path('quarters.png'), {
          codec,
          turns,
          ...(mirror === undefined ? {} : { mirror }),
        });
        await expectUpright(name, orientation);
      }
    },
  );
});
