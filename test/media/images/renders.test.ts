import { readFile, writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withExifOrientation } from '../../fixtures/orientation.js';
import { writeHeif } from '../../fixtures/heif-file.js';
import { convertColor, iccProfile, SPACES } from '../../fixtures/icc-profile.js';
import { colorAnimation, noiseImage, quartersImage } from '../../fixtures/quarters-image.js';
import { colorDistance, readVideo, type VideoContent } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

/** As the tables of colours have them: what 4:2:0 and the encoder leave of saturated colours. */
const TOLERANCE = 10;
const RED = 'C02020';
const GREEN = '20A040';
const BLUE = '2040C0';
const YELLOW = 'C0B020';
const QUARTERS = [RED, GREEN, BLUE, YELLOW];

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

const quarters = () =>
  quartersImage(
    288,
    192,
    QUARTERS.map((color) => `#${color}`),
  ).removeAlpha();

async function put(name: string, content: Sharp | Buffer): Promise<string> {
  await writeFile(bench.media.path(name), Buffer.isBuffer(content) ? content : await content.toBuffer());
  return name;
}

/** Each image for 0.2 s, six frames, in a frame of 3:2 or, turned, of 2:3. */
async function shown(names: readonly string[], size = { width: 288, height: 192 }): Promise<VideoContent> {
  const materials = names.map((uri, i) => ({ uri, field: `spec.montage.materials[${i}].uri` }));
  const { output, file } = await bench.render(
    montageOf(0, { ...size, materials, longestClipUs: 200_000, fit: 'CONTAIN' }),
  );
  expect(output.frameCount).toBe(names.length * 6);
  return readVideo(file);
}

/** The four quarters of the frame in the middle of a clip are these, clockwise from top left. */
function expectQuarters(video: VideoContent, clip: number, colors: readonly string[], what: string): void {
  const points = [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.75, 0.75],
    [0.25, 0.75],
  ] as const;
  points.forEach(([x, y], i) => {
    const is = video.colorAt(clip * 6 + 3, x, y);
    expect(colorDistance(is, colors[i]!), `${what}, quarter ${i}: ${is.map(Math.round).join(' ')}`).toBeLessThan(
      TOLERANCE,
    );
  });
}

describe('a render with a bad image', () => {
  it('fails with its field: INPUT_TRUNCATED for cut and INPUT_DAMAGED for damaged files of each format', async () => {
    await put('good.png', quarters().png());
    const noise = noiseImage();
    await put('noise.png', noise.clone().png());
    await writeHeif(bench.media.path('noise.heic'), bench.media.path('noise.png'), { codec: 'hevc' });
    const whole: Record<string, Buffer> = {
      'a.jpg': await noise.clone().jpeg().toBuffer(),
      'a.png': await noise.clone().png().toBuffer(),
      'a.tif': await noise.clone().tiff({ compression: 'lzw' }).toBuffer(),
      'a.webp': await noise.clone().webp().toBuffer(),
      'a.avif': await noise.clone().avif().toBuffer(),
      'a.heic': await readFile(bench.media.path('noise.heic')),
    };
    const field = 'spec.montage.materials[1].uri';
    const failureOf = (uri: string) =>
      bench.failure(
        montageOf(0, {
          materials: ['good.png', uri].map((each, i) => ({ uri: each, field: `spec.montage.materials[${i}].uri` })),
        }),
      );
    for (const [name, bytes] of Object.entries(whole)) {
      await put(`cut-${name}`, bytes.subarray(0, bytes.length >> 1));
      expect(await failureOf(`cut-${name}`), name).toMatchObject({ reason: 'INPUT_TRUNCATED', field });
    }
    for (const name of ['a.jpg', 'a.png']) {
      const damaged = Buffer.from(whole[name]!);
      damaged.fill(0, damaged.length >> 1, (damaged.length >> 1) + 500);
      await put(`damaged-${name}`, damaged);
      expect(await failureOf(`damaged-${name}`), name).toMatchObject({ reason: 'INPUT_DAMAGED', field });
    }
  });

  it('fails with the name of an unsupported format, or as no media', async () => {
    const field = 'spec.montage.materials[0].uri';
    const failureOf = (uri: string) => bench.failure(montageOf(0, { materials: [{ uri, field }] }));
    await put('a.psd', Buffer.from('8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x10\0\0\0\x10\0\x08\0\x03', 'latin1'));
    await put(
      'a.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'),
    );
    await put('a.jxl', Buffer.from('0000000c4a584c200d0a870a00000014667479706a786c20', 'hex'));
    await put('a.jp2', Buffer.from('0000000c6a5020200d0a870a00000014667479706a703220000000006a703220', 'hex'));
    await put('page.jpg', Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>'));
    expect(await failureOf('a.psd')).toEqual({
      reason: 'INPUT_NOT_SUPPORTED',
      field,
      message: 'this is a Photoshop document (PSD), which is not supported here',
    });
    expect(await failureOf('a.svg')).toMatchObject({
      reason: 'INPUT_NOT_SUPPORTED',
      message: 'this is an SVG drawing, which is not supported here',
    });
    expect(await failureOf('a.jxl')).toMatchObject({
      reason: 'INPUT_NOT_SUPPORTED',
      message: 'this is a JPEG XL image, which is not supported here',
    });
    expect(await failureOf('a.jp2')).toMatchObject({
      reason: 'INPUT_NOT_SUPPORTED',
      message: 'this is a JPEG 2000 image, which is not supported here',
    });
    expect(await failureOf('page.jpg')).toEqual({
      reason: 'INPUT_NOT_MEDIA',
      field,
      message: 'this is an HTML page, no video, image or audio',
    });
  });

  it('fails with INPUT_NO_AUDIO for an image as narration', async () => {
    await put('good.png', quarters().png());
    const narration = { asset: { uri: 'good.png', field: 'spec.montage.narration.uri' }, gainDb: 0 };
    const failure = await bench.failure(montageOf(0, { materials: [{ uri: 'good.png', field: 'f' }], narration }));
    expect(failure).toMatchObject({
      reason: 'INPUT_NO_AUDIO',
      field: 'spec.montage.narration.uri',
      message: 'this is a PNG image: it has no audio',
    });
  });
});

describe('an image in a video', () => {
  it('is the photo when a second JPEG follows in its file', async () => {
    const photo = await quarters().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    const grey = await sharp({ create: { width: 72, height: 48, channels: 3, background: '#777' } })
      .jpeg()
      .toBuffer();
    const names = [
      await put('map.jpg', Buffer.concat([photo, grey])),
      await put('stereo.jpg', Buffer.concat([photo, photo])),
    ];
    const video = await shown(names);
    names.forEach((name, i) => {
      expectQuarters(video, i, QUARTERS, name);
    });
  });

  it('is turned by its EXIF in JPEG, PNG, WebP and TIFF, and by its transformations in HEIC and AVIF', async () => {
    const lying = quarters();
    await put('lying.png', lying.clone().png());
    const names = [
      await put(
        '6.jpg',
        withExifOrientation(await lying.clone().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(), 6),
      ),
    ];
    const tagged = lying.clone().withMetadata({ orientation: 6 });
    names.push(
      await put('6.png', tagged.clone().png()),
      await put('6.webp', tagged.clone().webp({ lossless: true })),
      await put('6.tif', tagged.clone().tiff({ compression: 'lzw' })),
    );
    for (const [name, codec] of [
      ['6.heic', 'hevc'],
      ['6.avif', 'av1'],
    ] as const) {
      await writeHeif(bench.media.path(name), bench.media.path('lying.png'), { codec, turns: 3 });
      names.push(name);
    }
    const video = await shown(names, { width: 192, height: 288 });
    names.forEach((name, i) => {
      expectQuarters(video, i, [YELLOW, RED, GREEN, BLUE], name);
    });
  });

  it('is in sRGB from any profile', async () => {
    const colors = [
      [120, 140, 100],
      [180, 160, 170],
      [90, 100, 130],
      [200, 200, 200],
    ];
    const names: string[] = [];
    const wanted: string[][] = [];
    for (const space of ['Display P3', 'Adobe RGB', 'ProPhoto'] as const) {
      const jpeg = await quartersImage(
        288,
        192,
        colors.map((rgb) => `rgb(${rgb.join(',')})`),
      )
        .removeAlpha()
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .toBuffer();
      const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), iccProfile(SPACES[space])]);
      const head = Buffer.from([0xff, 0xe2, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
      names.push(await put(`${space}.jpg`, Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])));
      wanted.push(colors.map((rgb) => Buffer.from(convertColor(rgb, SPACES[space], SPACES.sRGB)).toString('hex')));
    }
    const video = await shown(names);
    names.forEach((name, i) => {
      wanted[i]!.forEach((color, q) => {
        const [x, y] = [
          [0.25, 0.25],
          [0.75, 0.25],
          [0.75, 0.75],
          [0.25, 0.75],
        ][q]!;
        expect(colorDistance(video.colorAt(i * 6 + 3, x!, y!), color), `${name}, patch ${q}`).toBeLessThan(6);
      });
    });
  });

  it('is read from TIFF in JPEG and fax compression, CMYK, HEIC, AVIF, WebP, BMP', async () => {
    const image = quarters();
    await put('q.png', image.clone().png());
    const names = [
      await put('jpeg.tif', image.clone().tiff({ compression: 'jpeg', quality: 100 })),
      await put('q.webp', image.clone().webp({ lossless: true })),
      await put('q.avif', image.clone().avif({ quality: 90, chromaSubsampling: '4:4:4' })),
    ];
    await writeHeif(bench.media.path('q.heic'), bench.media.path('q.png'), { codec: 'hevc' });
    await bench.media.make('q.bmp', ['-i', bench.media.path('q.png')]);
    names.push('q.heic', 'q.bmp');
    const video = await shown(names);
    names.forEach((name, i) => {
      expectQuarters(video, i, QUARTERS, name);
    });
    const pages = await Promise.all(
      [
        ['#000', '#fff', '#fff', '#fff'],
        ['#fff', '#fff', '#000', '#fff'],
      ].map((colors) => quartersImage(288, 192, colors).removeAlpha().png().toBuffer()),
    );
    await put(
      'fax.tif',
      sharp(pages, { join: { animated: true } })
        .toColourspace('b-w')
        .tiff({ compression: 'ccittfax4', bitdepth: 1 }),
    );
    expectQuarters(await shown(['fax.tif']), 0, ['000000', 'FFFFFF', 'FFFFFF', 'FFFFFF'], 'fax.tif');
  });

  it('is mapped from HDR like a video of the same colours', async () => {
    await put('hdr.png', quarters().png());
    await writeHeif(bench.media.path('pq.avif'), bench.media.path('hdr.png'), { codec: 'av1', nclx: [9, 16, 1] });
    await writeHeif(bench.media.path('hlg.heic'), bench.media.path('hdr.png'), { codec: 'hevc', nclx: [9, 18, 1] });
    for (const [image, transfer] of [
      ['pq.avif', 'smpte2084'],
      ['hlg.heic', 'arib-std-b67'],
    ] as const) {
      const tags = ['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt709', '-color_range', 'pc'];
      const filters = 'format=gbrp,scale=out_color_matrix=bt709:out_range=pc,format=yuv444p';
      const input = ['-loop', '1', '-t', '0.2', '-r', '30', '-i', bench.media.path('hdr.png')];
      await bench.media.make('hdr.mp4', [...input, '-vf', filters, '-c:v', 'libx264', '-qp', '4', ...tags]);
      const video = await shown([image, 'hdr.mp4']);
      for (const [x, y] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.75, 0.75],
        [0.25, 0.75],
      ] as const) {
        const wanted = Buffer.from(video.colorAt(9, x, y).map(Math.round)).toString('hex');
        expect(colorDistance(video.colorAt(3, x, y), wanted), `${image} at ${x}, ${y}`).toBeLessThan(6);
      }
    }
  });

  it('keeps its shape when it is one line high, and its brightness when it is large', async () => {
    await put('line.png', sharp({ create: { width: 200, height: 1, channels: 3, background: `#${GREEN}` } }).png());
    await put(
      'large.jpg',
      sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#b47c3c' } }).jpeg({ quality: 95 }),
    );
    const video = await shown(['line.png', 'large.jpg']);
    expect(colorDistance(video.colorAt(3, 0.5, 94.5 / 192, 0), GREEN)).toBeLessThan(30);
    expect(colorDistance(video.colorAt(9, 0.5, 0.5), 'b47c3c')).toBeLessThan(2.5);
  });

  it('has its transparent parts on the background, without a dark rim', async () => {
    const [w, h] = [576, 384];
    const data = Buffer.from(
      Array.from({ length: w * h }, (_, i) =>
        i % w >= 101 && i % w < 477 ? [192, 176, 32, 255] : [0, 0, 0, 0],
      ).flat(),
    );
    await put('logo.png', sharp(data, { raw: { width: w, height: h, channels: 4 } }).png());
    const materials = [{ uri: 'logo.png', field: 'f' }];
    const { file } = await bench.render(
      montageOf(0, {
        width: 288,
        height: 192,
        materials,
        longestClipUs: 200_000,
        background: { r: 255, g: 255, b: 255, a: 255 },
      }),
    );
    const video = await readVideo(file);
    expect(colorDistance(video.colorAt(3, 0.5, 0.5), YELLOW)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(3, 0.05, 0.5), 'FFFFFF')).toBeLessThan(TOLERANCE);
    // Across the rim the blue of yellow and white lies between theirs: never darker than the yellow.
    for (let x = 44; x < 60; x += 1) expect(video.colorAt(3, x / 288, 0.5, 0)[0]).toBeGreaterThan(0xc0 - TOLERANCE);
  });
});

describe('an animated image in a video', () => {
  const DELAYS = [200, 300, 100, 400];

  async function animations(delays: readonly number[]): Promise<string[]> {
    const animation = await colorAnimation(
      QUARTERS.map((color) => `#${color}`),
      288,
      192,
    );
    await put('a.gif', animation.clone().gif({ delay: [...delays] }));
    await put('a.webp', animation.clone().webp({ lossless: true, delay: [...delays] }));
    return ['a.gif', 'a.webp'];
  }

  async function framesOf(uri: string, longestClipUs: number): Promise<string[]> {
    const { file } = await bench.render(
      montageOf(0, { width: 288, height: 192, materials: [{ uri, field: 'f' }], longestClipUs }),
    );
    const video = await readVideo(file);
    return video.frames.map((_, i) => {
      const is = video.colorAt(i, 0.5, 0.5);
      return 'RGBY'[QUARTERS.findIndex((color) => colorDistance(is, color) < TOLERANCE)] ?? '?';
    });
  }

  it('shows every frame of GIF and WebP for its time, also the last one', async () => {
    for (const name of await animations(DELAYS)) {
      expect((await framesOf(name, 5_000_000)).join(''), name).toBe(
        'R'.repeat(6) + 'G'.repeat(9) + 'B'.repeat(3) + 'Y'.repeat(12),
      );
    }
  });

  it('shows every frame of APNG for its time', async () => {
    await bench.media.make('a.png', [
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${RED}:s=288x192:r=10:d=0.5`,
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${BLUE}:s=288x192:r=10:d=0.5`,
      '-filter_complex',
      'concat',
      '-f',
      'apng',
    ]);
    expect((await framesOf('a.png', 5_000_000)).join('')).toBe('R'.repeat(15) + 'B'.repeat(15));
  });

  it('shows each frame of a GIF without delays for a tenth of a second', async () => {
    const [gif] = await animations([0, 0, 0, 0]);
    expect((await framesOf(gif!, 5_000_000)).join('')).toBe('RGBY'.replace(/./g, '$&$&$&'));
  });

  it('may begin within a frame', async () => {
    const animation = await colorAnimation([`#${RED}`, `#${BLUE}`], 288, 192);
    await put('slow.gif', animation.gif({ delay: [1500, 1500] }));
    const frames = await framesOf('slow.gif', 1_000_000);
    expect(frames.slice(0, 30).join('')).toBe('R'.repeat(30));
  });
});

describe('the probe of an image', () => {
  const probe = (uri: string) => bench.inspector.probe(uri, { field: 'uri', signal: new AbortController().signal });

  it('returns its turn, its size as shown, and that it was decoded', async () => {
    const jpeg = await quarters().jpeg().toBuffer();
    await put('turned.jpg', withExifOrientation(jpeg, 5));
    expect(await probe('turned.jpg')).toMatchObject({
      format: 'jpeg_pipe',
      durationUs: null,
      video: {
        image: true,
        codec: 'mjpeg',
        width: 288,
        height: 192,
        rotation: 270,
        mirrored: true,
        displayWidth: 192,
        displayHeight: 288,
        orientationApplied: true,
        decoded: true,
        pixelAspectRatio: null,
        alpha: false,
      },
    });
    await put('plain.png', quarters().png());
    expect((await probe('plain.png')).video).toMatchObject({
      rotation: 0,
      mirrored: false,
      orientationApplied: false,
      decoded: true,
    });
  });

  it('returns the length of an animation', async () => {
    await put('a.gif', (await colorAnimation(['#f00', '#0f0'])).gif({ delay: [1000, 2500] }));
    expect(await probe('a.gif')).toMatchObject({
      format: 'gif',
      durationUs: 3_500_000,
      video: { image: false, codec: 'gif', durationUs: 3_500_000 },
    });
  });

  it('refuses a damaged image', async () => {
    await put('cut.jpg', (await noiseImage().jpeg().toBuffer()).subarray(0, 5000));
    await expect(probe('cut.jpg')).rejects.toMatchObject({ failure: { reason: 'INPUT_TRUNCATED', field: 'uri' } });
  });

  it('returns the shape of the pixels of a video', async () => {
    await bench.media.make('sar.mp4', ['-f', 'lavfi', '-i', 'color=s=160x180:d=0.2,setsar=16/11', '-c:v', 'libx264']);
    expect((await probe('sar.mp4')).video).toMatchObject({
      pixelAspectRatio: { num: 16, den: 11 },
      displayWidth: 233,
      displayHeight: 180,
      decoded: false,
    });
  });
});

it('a render of fifty photos starts two readers', async () => {
  const names = await Promise.all(Array.from({ length: 50 }, (_, i) => put(`p${i}.jpg`, quarters().jpeg())));
  const materials = names.map((uri, i) => ({ uri, field: `spec.montage.materials[${i}].uri` }));
  let readers = -1;
  await bench.render(montageOf(0, { materials, longestClipUs: 100_000 }), {
    onDiagnostics: ({ commands }) => {
      readers = commands.filter(({ program }) => program === 'image-reader').length;
    },
  });
  // Some images may come before all are asked for.
  expect(readers).toBeGreaterThanOrEqual(1);
  expect(readers).toBeLessThanOrEqual(4);
});
