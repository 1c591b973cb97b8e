import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg } from '../../fixtures/run-ffmpeg.js';
import { writeHeif } from '../../fixtures/heif-file.js';
import { colorAnimation, noiseImage, quartersImage } from '../../fixtures/quarters-image.js';
import { createImageBench, shareOf, type ImageBench } from '../../support/image-bench.js';

let bench: ImageBench;
let files: Readonly<Record<string, Buffer>>;
beforeAll(async () => {
  bench = await createImageBench();
  files = await made();
});
afterAll(() => bench.close());

/** A file with bytes overwritten, `count` of them, evenly from its middle on. */
function damaged(bytes: Buffer, count: number): Buffer {
  const copy = Buffer.from(bytes);
  const from = Math.floor(bytes.length / 2);
  const step = Math.floor((bytes.length - 200 - from) / count);
  for (let i = 0; i < count; i += 1) copy[from + i * step] = copy[from + i * step]! ^ 0x5a;
  return copy;
}

/** A JPEG with three bytes between two of its headers. */
function loosened(jpeg: Buffer): Buffer {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  return Buffer.concat([jpeg.subarray(0, at), Buffer.alloc(3), jpeg.subarray(at)]);
}

async function made(): Promise<Record<string, Buffer>> {
  const noise = noiseImage();
  const png = bench.path('noise.png');
  await noise.clone().png().toFile(png);
  await writeHeif(bench.path('noise.heic'), png, { codec: 'hevc' });
  await writeHeif(bench.path('noise.avif'), png, { codec: 'av1' });
  for (const name of ['noise.bmp', 'noise.ppm']) await ffmpeg(['-i', png, bench.path(name)]);
  const animation = await colorAnimation(['#f00', '#0f0', '#00f']);
  return {
    'a.jpg': await noise.clone().jpeg({ quality: 95 }).toBuffer(),
    'progressive.jpg': await noise.clone().jpeg({ quality: 95, progressive: true }).toBuffer(),
    'a.png': await readFile(png),
    'a.webp': await noise.clone().webp({ quality: 95 }).toBuffer(),
    'plain.tif': await noise.clone().tiff({ compression: 'none' }).toBuffer(),
    'lzw.tif': await noise.clone().tiff({ compression: 'lzw' }).toBuffer(),
    'deflate.tif': await noise.clone().tiff({ compression: 'deflate' }).toBuffer(),
    'jpeg.tif': await noise.clone().tiff({ compression: 'jpeg' }).toBuffer(),
    'a.heic': await readFile(bench.path('noise.heic')),
    'a.avif': await readFile(bench.path('noise.avif')),
    'a.bmp': await readFile(bench.path('noise.bmp')),
    'a.ppm': await readFile(bench.path('noise.ppm')),
    'a.gif': await animation.clone().gif().toBuffer(),
    'animated.webp': await animation.clone().webp({ lossless: true }).toBuffer(),
  };
}

describe('a file that is cut off', () => {
  it.each([0.5, 0.98])('is refused as truncated at %f of its bytes, in every format', async (share) => {
    const names: string[] = [];
    for (const [name, bytes] of Object.entries(files)) {
      names.push(await bench.write(name, bytes));
      names.push(await bench.write(`cut-${name}`, await shareOf(bench.path(name), share)));
    }
    const results = await bench.read(names);
    for (const [i, name] of names.entries()) {
      const result = results[i]!;
      if (!name.startsWith('cut-')) expect(result.kind, `${name}: ${JSON.stringify(result)}`).not.toBe('refused');
      else expect(result, name).toMatchObject({ kind: 'refused', reason: 'INPUT_TRUNCATED', field: `materials[${i}]` });
    }
  });

  it('is refused with the problem and the fix', async () => {
    await bench.write('cut.jpg', (await noiseImage().jpeg().toBuffer()).subarray(0, 4000));
    expect(await bench.refusal('cut.jpg')).toBe(
      'INPUT_TRUNCATED: this JPEG image is cut off: its end is missing; upload it again completely',
    );
  });

  it('is read when it lacks only the mark at its end', async () => {
    const jpeg = await quartersImage().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    await bench.write('unmarked.jpg', jpeg.subarray(0, -2));
    expect((await bench.still('unmarked.jpg')).quarters).toBe('RGBY');
    const gif = await quartersImage().gif().toBuffer();
    await bench.write('unmarked.gif', gif.subarray(0, -1));
    expect((await bench.still('unmarked.gif')).quarters).toBe('RGBY');
  });
});

describe('a file with damaged data', () => {
  it('is refused as damaged, in every format that shows it', async () => {
    const names = ['a.jpg', 'progressive.jpg', 'a.png', 'lzw.tif', 'deflate.tif', 'jpeg.tif', 'a.avif'];
    for (const name of names) await bench.write(`damaged-${name}`, damaged(files[name]!, 60));
    const refusals = await bench.refusals(names.map((name) => `damaged-${name}`));
    for (const [i, name] of names.entries())
      expect(refusals[i], name).toMatch(
        /^INPUT_DAMAGED: this \w+ image is damaged \(.{5,}\); send it again from an intact copy$/,
      );
  });

  it.each(['zeros', 'noise', 'a gap'])('is refused wherever %s replaces data of a JPEG', async (kind) => {
    const jpeg = await noiseImage(640, 480).jpeg({ quality: 90 }).toBuffer();
    const names = await Promise.all(
      [0.2, 0.4, 0.6, 0.8].map((share) => {
        const at = Math.floor(jpeg.length * share);
        const bytes = Buffer.from(jpeg);
        if (kind === 'zeros') bytes.fill(0, at, at + 600);
        else if (kind === 'noise') for (let i = at; i < at + 600; i += 1) bytes[i] = (i * 167) & 0x7f;
        else bytes.copyWithin(at, at + 300);
        return bench.write(`${kind}-${share}.jpg`, bytes);
      }),
    );
    for (const result of await bench.read(names))
      expect(result).toMatchObject({ kind: 'refused', reason: 'INPUT_DAMAGED' });
  });

  it('is refused without a path of the server', async () => {
    const names = ['a.avif', 'a.png'];
    for (const name of names) await bench.write(name, damaged(files[name]!, 60));
    for (const message of await bench.refusals(names)) {
      for (const name of names) expect(message).not.toContain(name);
      expect(message).not.toContain(bench.folder);
    }
  });

  it('is refused for one frame of an animated WebP, rather than read without it', async () => {
    const bytes = Buffer.from(files['animated.webp']!);
    const second = bytes.indexOf('ANMF', bytes.indexOf('ANMF') + 4);
    bytes.fill(0xff, second + 8 + 16 + 8, second + 8 + 16 + 20);
    await bench.write('damaged.webp', bytes);
    expect(await bench.refusal('damaged.webp')).toMatch(/^INPUT_DAMAGED: /);
  });
});

describe('a file with a harmless irregularity', () => {
  it('is read: an unknown version of JFIF, bytes between headers, padding before and bytes behind the end', async () => {
    const jpeg = await quartersImage().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    const jfif = Buffer.concat([
      jpeg.subarray(0, 2),
      Buffer.from('ffe000104a46494600010100000100010000', 'hex'),
      jpeg.subarray(jpeg.indexOf(Buffer.from([0xff, 0xdb]))),
    ]);
    const version = Buffer.from(jfif);
    version[11] = 3;
    await bench.write('version.jpg', version);
    await bench.write('between.jpg', loosened(jpeg));
    await bench.write('padded.jpg', Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(16), jpeg.subarray(-2)]));
    await bench.write('behind.jpg', Buffer.concat([jpeg, Buffer.from('and a note of the camera')]));
    const png = await quartersImage().png().toBuffer();
    await bench.write('behind.png', Buffer.concat([png, Buffer.alloc(100, 7)]));
    const names = ['version.jpg', 'between.jpg', 'padded.jpg', 'behind.jpg', 'behind.png'];
    for (const { name, quarters } of await bench.stills(names)) expect(quarters, name).toBe('RGBY');
  });

  it('is refused when its data is damaged as well', async () => {
    const jpeg = await noiseImage().jpeg({ quality: 95 }).toBuffer();
    await bench.write('both.jpg', damaged(loosened(jpeg), 60));
    expect(await bench.refusal('both.jpg')).toMatch(/^INPUT_DAMAGED: /);
  });
});
