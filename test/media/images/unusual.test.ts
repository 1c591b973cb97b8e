import { Buffer } from 'node:buffer';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, ffmpeg } from '../../fixtures/run-ffmpeg.js';
import { writeHeif } from '../../fixtures/heif-file.js';
import { letterOf, readPng } from '../../fixtures/png-pixels.js';
import { quartersImage } from '../../fixtures/quarters-image.js';
import { createImageBench, type ImageBench } from '../../support/image-bench.js';

let bench: ImageBench;
beforeAll(async () => {
  bench = await createImageBench();
  await quartersImage().removeAlpha().png().toFile(bench.path('quarters.png'));
});
afterAll(() => bench.close());

async function expectQuarters(...names: readonly string[]): Promise<void> {
  for (const { name, quarters } of await bench.stills(names)) expect(quarters, name).toBe('RGBY');
}

describe('a photo with a second image in its file', () => {
  const segment = (marker: number, body: Buffer) =>
    Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]), body]);

  it('is read without the gain map (Ultra HDR), depth map, stereo partner or film behind it', async () => {
    const photo = await quartersImage(192, 128).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    const grey = await sharp({ create: { width: 96, height: 64, channels: 3, background: '#777' } })
      .jpeg()
      .toBuffer();
    const xmp = (text: string) =>
      segment(
        0xe1,
        Buffer.from(
          `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${text}</rdf:RDF></x:xmpmeta>`,
        ),
      );
    const hdrgm = xmp(
      `xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0"><Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li><rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="${grey.length}"/></rdf:li></rdf:Seq></Container:Directory></rdf:Description>`,
    );
    const gainMap = Buffer.concat([
      grey.subarray(0, 2),
      xmp(
        'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" hdrgm:GainMapMax="2.0" hdrgm:HDRCapacityMax="2.0"/>',
      ),
      grey.subarray(2),
    ]);
    const withHeader = (header: Buffer) => Buffer.concat([photo.subarray(0, 2), header, photo.subarray(2)]);
    await bench.write('ultra-hdr.jpg', Buffer.concat([withHeader(hdrgm), gainMap]));
    await bench.write('mpf.jpg', Buffer.concat([withHeader(multiPicture(photo.length, grey.length)), grey]));
    await bench.write('stereo.jpg', Buffer.concat([photo, photo]));
    const film = await decode([
      '-f',
      'lavfi',
      '-i',
      'color=c=gray:s=64x64:d=0.2',
      '-c:v',
      'libx264',
      '-movflags',
      'frag_keyframe+empty_moov',
      '-f',
      'mp4',
      '-',
    ]);
    await bench.write('motion.jpg', Buffer.concat([photo, film]));
    const names = ['ultra-hdr.jpg', 'mpf.jpg', 'stereo.jpg', 'motion.jpg'];
    for (const { name, read, quarters } of await bench.stills(names)) {
      expect(quarters, name).toBe('RGBY');
      expect(read).toMatchObject({ width: 192, height: 128 });
    }
  });

  it('is read without the gain map beside it in a HEIC', async () => {
    await writeHeif(bench.path('gain.heic'), bench.path('quarters.png'), { codec: 'hevc', withGainMap: true });
    await expectQuarters('gain.heic');
  });

  /** The index of a multi-picture file (CIPA DC-007) that names two pictures. */
  function multiPicture(first: number, second: number): Buffer {
    const entries = Buffer.alloc(32);
    entries.writeUInt32BE(0x2003_0000, 0);
    entries.writeUInt32BE(first, 4);
    entries.writeUInt32BE(second, 20);
    entries.writeUInt32BE(first, 24);
    const directory = Buffer.alloc(2 + 3 * 12 + 4);
    directory.writeUInt16BE(3, 0);
    [
      [0xb000, 7, 4, 0x30313030],
      [0xb001, 4, 1, 2],
      [0xb002, 7, 32, 8 + directory.length],
    ].forEach(([tag, type, count, value], i) => {
      directory.writeUInt16BE(tag!, 2 + i * 12);
      directory.writeUInt16BE(type!, 4 + i * 12);
      directory.writeUInt32BE(count!, 6 + i * 12);
      directory.writeUInt32BE(value!, 10 + i * 12);
    });
    return segment(0xe2, Buffer.concat([Buffer.from('MPF\0MM\0*\0\0\0\x08', 'latin1'), directory, entries]));
  }
});

describe('the image reader', () => {
  it('reads TIFF with JPEG, LZW, deflate, no compression and tiles', async () => {
    const image = quartersImage().removeAlpha();
    await bench.write('jpeg.tif', await image.clone().tiff({ compression: 'jpeg', quality: 100 }).toBuffer());
    await bench.write('lzw.tif', await image.clone().tiff({ compression: 'lzw' }).toBuffer());
    await bench.write('deflate.tif', await image.clone().tiff({ compression: 'deflate' }).toBuffer());
    await bench.write('none.tif', await image.clone().tiff({ compression: 'none' }).toBuffer());
    await bench.write(
      'tiled.tif',
      await image.clone().tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 }).toBuffer(),
    );
    await expectQuarters('jpeg.tif', 'lzw.tif', 'deflate.tif', 'none.tif', 'tiled.tif');
  });

  it('reads the first of two pages of TIFF in fax compression', async () => {
    const page = async (colors: string[]) => quartersImage(96, 64, colors).removeAlpha().png().toBuffer();
    const pages = [await page(['#000', '#fff', '#fff', '#fff']), await page(['#fff', '#fff', '#000', '#fff'])];
    await bench.write(
      'fax.tif',
      await sharp(pages, { join: { animated: true } })
        .toColourspace('b-w')
        .tiff({ compression: 'ccittfax4', bitdepth: 1 })
        .toBuffer(),
    );
    expect((await sharp(bench.path('fax.tif')).metadata()).pages).toBe(2);
    const { read, quarters } = await bench.still('fax.tif');
    expect(quarters).toBe('KWWW');
    expect(read).toMatchObject({ width: 96, height: 64 });
  });

  it('reads JPEG with red, green and blue as its components', async () => {
    // Planes that are called Y, U and V hold red, green and blue; a marker of Adobe says so.
    const pixels = await quartersImage().removeAlpha().raw().toBuffer();
    const planes = Buffer.concat([0, 1, 2].map((c) => Buffer.from(pixels.filter((_, i) => i % 3 === c))));
    await bench.write('planes.raw', planes);
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuvj444p', '-s', '96x64', '-i', bench.path('planes.raw')];
    const coded = await ffmpeg([...raw, '-c:v', 'mjpeg', '-q:v', '1', '-f', 'mjpeg', '-']);
    const adobe = Buffer.from('ffee000e41646f626500640000000000', 'hex');
    await bench.write('rgb.jpg', Buffer.concat([coded.subarray(0, 2), adobe, coded.subarray(2 + 18)]));
    await expectQuarters('rgb.jpg');
  });

  it('reads PNG with 16 bits, a palette with transparency, interlacing, 1 bit', async () => {
    const image = quartersImage().removeAlpha();
    await bench.write('16.png', await image.clone().toColourspace('rgb16').png().toBuffer());
    await bench.write('interlaced.png', await image.clone().png({ progressive: true }).toBuffer());
    await bench.write('palette.png', await image.clone().png({ palette: true, colours: 4 }).toBuffer());
    await expectQuarters('16.png', 'interlaced.png', 'palette.png');
    await bench.write(
      '1.png',
      await quartersImage(96, 64, ['#000', '#fff', '#000', '#fff'])
        .removeAlpha()
        .toColourspace('b-w')
        .png({ palette: true, colours: 2 })
        .toBuffer(),
    );
    expect((await bench.still('1.png')).quarters).toBe('KWKW');
  });

  it('reads BMP, PPM and QOI', async () => {
    await ffmpeg(['-i', bench.path('quarters.png'), bench.path('q.bmp')]);
    await ffmpeg(['-i', bench.path('quarters.png'), bench.path('q.ppm')]);
    await bench.write('q.qoi', qoiOf(96, 64, await quartersImage().removeAlpha().raw().toBuffer()));
    await expectQuarters('q.bmp', 'q.ppm', 'q.qoi');
  });

  it('reads WebP and AVIF with and without loss', async () => {
    const image = quartersImage().removeAlpha();
    await bench.write('loss.webp', await image.clone().webp({ quality: 95 }).toBuffer());
    await bench.write('lossless.webp', await image.clone().webp({ lossless: true }).toBuffer());
    await bench.write('a.avif', await image.clone().avif({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer());
    await expectQuarters('loss.webp', 'lossless.webp', 'a.avif');
  });
});

describe('the size of an image', () => {
  it('keeps the shape of a line, and is never enlarged', async () => {
    await sharp({ create: { width: 200, height: 1, channels: 3, background: '#0f0' } })
      .png()
      .toFile(bench.path('line.png'));
    for (const fit of ['inside', 'outside'] as const) {
      const { png } = await bench.still('line.png', { size: { width: 1080, height: 1920, fit } });
      expect(png).toMatchObject({ width: 200, height: 1 });
      expect(letterOf(png.at(0.5, 0.5))).toBe('G');
    }
  });

  it('fits into the box, or covers the box', async () => {
    await quartersImage(900, 600).removeAlpha().png().toFile(bench.path('large.png'));
    const inside = await bench.still('large.png', { size: { width: 90, height: 160, fit: 'inside' } });
    expect(inside.png).toMatchObject({ width: 90, height: 60 });
    const outside = await bench.still('large.png', { size: { width: 90, height: 160, fit: 'outside' } });
    expect(outside.png).toMatchObject({ width: 240, height: 160 });
    expect([inside.quarters, outside.quarters]).toEqual(['RGBY', 'RGBY']);
    expect(outside.read).toMatchObject({ sourceWidth: 900, sourceHeight: 600 });
  });

  it('may be 61 megapixels for a 1-bit scan', async () => {
    const black = { create: { width: 5000, height: 3050, channels: 3 as const, background: '#000' } };
    const scan = sharp({
      create: { width: 10_000, height: 6100, channels: 3, background: '#fff' },
      limitInputPixels: false,
    });
    await scan
      .composite([{ input: black, left: 0, top: 0 }])
      .removeAlpha()
      .toColourspace('b-w')
      .tiff({ compression: 'ccittfax4', bitdepth: 1 })
      .toFile(bench.path('scan.tif'));
    const { read, quarters } = await bench.still('scan.tif');
    expect(read).toMatchObject({ width: 1770, height: 1080, sourceWidth: 10_000, sourceHeight: 6100 });
    expect(quarters).toBe('KWWW');
  });

  it('is reduced without a loss of brightness', async () => {
    await sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#b47c3c' } })
      .jpeg({ quality: 95 })
      .toFile(bench.path('even.jpg'));
    const { png } = await bench.still('even.jpg', { size: { width: 400, height: 300, fit: 'inside' } });
    const is = png.at(0.5, 0.5);
    [0xb4, 0x7c, 0x3c].forEach((v, c) => {
      expect(Math.abs(is[c]! - v)).toBeLessThanOrEqual(1);
    });
  });

  it('is refused above the limit of pixels', async () => {
    await ffmpeg([
      '-f',
      'lavfi',
      '-i',
      'color=c=black:s=11000x11000,format=gray',
      '-frames:v',
      '1',
      bench.path('huge.png'),
    ]);
    expect(await bench.refusal('huge.png')).toBe('INPUT_TOO_LARGE: an image may have at most 100 million pixels');
    await ffmpeg([
      '-f',
      'lavfi',
      '-i',
      'color=c=black:s=11000x11000,format=gray',
      '-frames:v',
      '1',
      '-pix_fmt',
      'gray',
      bench.path('huge.bmp'),
    ]);
    expect(await bench.refusal('huge.bmp')).toBe('INPUT_TOO_LARGE: an image may have at most 100 million pixels');
  });
});

describe('the transparency of an image', () => {
  it('is kept, and hides its colours at edges when the image is scaled', async () => {
    // A yellow bar with hard edges; where nothing is to be seen the pixels are black.
    const [w, h] = [320, 200];
    const data = Buffer.from(
      Array.from({ length: w * h }, (_, i) => (i % w >= 101 && i % w < 219 ? [255, 255, 0, 255] : [0, 0, 0, 0])).flat(),
    );
    await sharp(data, { raw: { width: w, height: h, channels: 4 } })
      .png()
      .toFile(bench.path('logo.png'));
    const { read, png } = await bench.still('logo.png', { size: { width: 200, height: 125, fit: 'inside' } });
    expect(read.hasAlpha).toBe(true);
    expect(png.format).toBe('rgba');
    let partial = 0;
    for (let x = 0; x < 200; x += 1) {
      const [r, g, b, a] = png.at((x + 0.5) / 200, 0.5);
      if (a > 0 && a < 255) partial += 1;
      // Over grey, the rim is a mix of grey and yellow; without multiplying it would be darker than both.
      const over = (v: number) => (v * a + 128 * (255 - a)) / 255;
      const wanted = (v: number) => (v * a + 128 * (255 - a)) / 255;
      expect(Math.abs(over(r) - wanted(255))).toBeLessThanOrEqual(4);
      expect(Math.abs(over(g) - wanted(255))).toBeLessThanOrEqual(4);
      expect(Math.abs(over(b) - wanted(0))).toBeLessThanOrEqual(4);
    }
    expect(partial).toBeGreaterThan(0);
  });

  it('is left out when the image is opaque', async () => {
    await quartersImage().ensureAlpha().png().toFile(bench.path('opaque.png'));
    const { read, png } = await bench.still('opaque.png');
    expect(read.hasAlpha).toBe(false);
    expect(png.format).toBe('rgb24');
  });

  it('is read from WebP, AVIF, TIFF and GIF', async () => {
    const image = quartersImage(96, 64, ['#f00', '#0f0', '#00f', '#ff000000']);
    await bench.write('a.webp', await image.clone().webp({ lossless: true }).toBuffer());
    await bench.write('a.avif', await image.clone().avif({ lossless: true }).toBuffer());
    await bench.write('a.tif', await image.clone().tiff({ compression: 'lzw' }).toBuffer());
    await bench.write('a.gif', await image.clone().gif().toBuffer());
    for (const { name, read, png } of await bench.stills(['a.webp', 'a.avif', 'a.tif', 'a.gif'])) {
      expect(read.hasAlpha, name).toBe(true);
      expect(png.at(0.25, 0.25)[3], name).toBe(255);
      expect(png.at(0.25, 0.75)[3], name).toBe(0);
    }
  });
});

it('the image reader returns the same pixels as another reader', async () => {
  await ffmpeg([
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=200x150',
    '-frames:v',
    '1',
    '-pix_fmt',
    'rgb24',
    bench.path('test.png'),
  ]);
  const { png } = await bench.still('test.png');
  const source = await readPng(bench.path('test.png'));
  for (let y = 0; y < 150; y += 7)
    for (let x = 0; x < 200; x += 3)
      expect(png.at((x + 0.5) / 200, (y + 0.5) / 150)).toEqual(source.at((x + 0.5) / 200, (y + 0.5) / 150));
});

/** QOI with every pixel written out. */
function qoiOf(width: number, height: number, rgb: Buffer): Buffer {
  const head = Buffer.alloc(14);
  head.write('qoif', 'latin1');
  head.writeUInt32BE(width, 4);
  head.writeUInt32BE(height, 8);
  head[12] = 3;
  const pixels = Array.from({ length: width * height }, (_, i) =>
    Buffer.concat([Buffer.from([0xfe]), rgb.subarray(i * 3, i * 3 + 3)]),
  );
  return Buffer.concat([head, ...pixels, Buffer.from('0000000000000001', 'hex')]);
}
