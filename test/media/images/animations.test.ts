import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg } from '../../fixtures/run-ffmpeg.js';
import { letterOf, readFilm, readPng } from '../../fixtures/png-pixels.js';
import { colorAnimation, quartersImage } from '../../fixtures/quarters-image.js';
import { createImageBench, type ImageBench, type ReadOptions } from '../../support/image-bench.js';

const COLORS = ['#f00', '#0f0', '#00f', '#fff'];
const DELAYS = [100, 250, 300, 420];
/** For plain colours: no search for a palette. */
const PLAIN = { effort: 1, dither: 0 };

let bench: ImageBench;
beforeAll(async () => {
  bench = await createImageBench();
});
afterAll(() => bench.close());

/** The colours in the middles of an animation's pictures, and how long each is shown, in milliseconds. */
async function played(
  name: string,
  options?: ReadOptions,
): Promise<{ letters: string; ms: number[]; totalMs: number; size: string; hasAlpha: boolean }> {
  const [result] = await bench.read([name], options);
  if (result?.kind !== 'animation') throw new Error(`${name}: ${JSON.stringify(result)}`);
  const film = await readFilm(bench.path(result.file));
  for (const { picture } of film) expect([picture.width, picture.height]).toEqual([result.width, result.height]);
  expect(film.length).toBe(result.writtenFrames);
  return {
    letters: film.map(({ picture }) => (picture.at(0.5, 0.5)[3] === 0 ? '-' : letterOf(picture.at(0.5, 0.5)))).join(''),
    ms: film.map(({ ms }) => ms),
    totalMs: result.durationUs / 1000,
    size: `${result.width}x${result.height}`,
    hasAlpha: result.hasAlpha,
  };
}

/** An APNG of plain pictures with the delays in milliseconds, by ffmpeg, which is not its reader here. */
async function apng(name: string, colors: readonly string[], delays: readonly number[]): Promise<void> {
  const inputs = await Promise.all(
    colors.map(async (color, i) => {
      const file = bench.path(`${name}-${i}.png`);
      await ffmpeg([
        '-f',
        'lavfi',
        '-i',
        `color=c=${color.replace('#', '0x').replace(/0x(.)(.)(.)$/, '0x$1$1$2$2$3$3')}:s=64x48,format=rgba`,
        '-frames:v',
        '1',
        file,
      ]);
      return readFile(file);
    }),
  );
  await bench.write(
    name,
    apngOf(
      64,
      48,
      inputs.map((png, i) => ({ png, x: 0, y: 0, width: 64, height: 48, ms: delays[i]!, dispose: 0, blend: 0 })),
    ),
  );
}

describe('the reader of animations', () => {
  it('returns every frame of GIF and WebP with its delay', async () => {
    const animation = await colorAnimation(COLORS);
    await bench.write('a.gif', await animation.clone().gif({ delay: DELAYS }).toBuffer());
    await bench.write('a.webp', await animation.clone().webp({ lossless: true, delay: DELAYS }).toBuffer());
    for (const name of ['a.gif', 'a.webp']) {
      expect(await played(name)).toEqual({
        letters: 'RGBW',
        ms: DELAYS,
        totalMs: 1070,
        size: '64x48',
        hasAlpha: false,
      });
    }
  });

  it('returns every frame of APNG with its delay', async () => {
    await apng('a.png', COLORS, DELAYS);
    expect(await played('a.png')).toEqual({
      letters: 'RGBW',
      ms: DELAYS,
      totalMs: 1070,
      size: '64x48',
      hasAlpha: false,
    });
  });

  it('reads animations from the encoders of ffmpeg', async () => {
    const source = [
      '-f',
      'lavfi',
      '-i',
      'color=c=red:s=64x48:r=10:d=0.5',
      '-f',
      'lavfi',
      '-i',
      'color=c=white:s=64x48:r=10:d=0.5',
      '-filter_complex',
      'concat',
    ];
    await ffmpeg([...source, '-f', 'apng', bench.path('ffmpeg.png')]);
    await ffmpeg([...source, '-c:v', 'libwebp_anim', '-lossless', '1', bench.path('ffmpeg.webp')]);
    await ffmpeg([
      ...source.slice(0, -1),
      'concat,split[a][b];[a]palettegen[p];[b][p]paletteuse',
      bench.path('ffmpeg.gif'),
    ]);
    for (const name of ['ffmpeg.png', 'ffmpeg.webp', 'ffmpeg.gif']) {
      const { letters, totalMs } = await played(name);
      expect(letters.replace(/(.)\1+/g, '$1'), name).toBe('RW');
      expect(totalMs, name).toBe(1000);
    }
  });

  it('returns frames without a delay with a tenth of a second, as browsers do', async () => {
    const animation = await colorAnimation(COLORS);
    await bench.write(
      'quick.gif',
      await animation
        .clone()
        .gif({ delay: [0, 10, 20, 0] })
        .toBuffer(),
    );
    expect(await played('quick.gif')).toMatchObject({ letters: 'RGBW', ms: [100, 100, 20, 100] });
    await apng('quick.png', COLORS, [0, 10, 20, 0]);
    expect(await played('quick.png')).toMatchObject({ letters: 'RGBW', ms: [100, 100, 20, 100] });
  });

  it('scales every frame to the same size', async () => {
    await bench.write('large.gif', await (await colorAnimation(COLORS, 400, 300)).gif({ delay: DELAYS }).toBuffer());
    const size = { width: 90, height: 160, fit: 'inside' } as const;
    expect(await played('large.gif', { size })).toMatchObject({ letters: 'RGBW', size: '90x68' });
  });

  it('reads no more frames than are needed', async () => {
    const animation = await colorAnimation(COLORS);
    await bench.write('needed.gif', await animation.clone().gif({ delay: DELAYS }).toBuffer());
    await apng('needed.png', COLORS, DELAYS);
    for (const name of ['needed.gif', 'needed.png']) {
      expect(await played(name, { neededUs: 350_000 })).toMatchObject({ letters: 'RG', totalMs: 1070 });
      expect(await played(name, { neededUs: 350_001 })).toMatchObject({ letters: 'RGB', totalMs: 1070 });
      expect(await played(name, { neededUs: 1 })).toMatchObject({ letters: 'R' });
    }
  });

  it('reads frames in groups when they do not fit in memory together', async () => {
    // 128 MiB hold seventeen pictures of this size: there are three groups.
    const colors = Array.from({ length: 36 }, (_, i) => COLORS[i % 4]!);
    await bench.write(
      'many.gif',
      await (await colorAnimation(colors, 1600, 1200)).gif({ ...PLAIN, delay: colors.map(() => 40) }).toBuffer(),
    );
    expect(await played('many.gif', { size: { width: 16, height: 12, fit: 'inside' } })).toMatchObject({
      letters: 'RGBW'.repeat(9),
      totalMs: 1440,
    });
  });

  it('keeps transparency, and applies partial frames', async () => {
    const half = await quartersImage(64, 48, ['#f00', '#f00', '#f000', '#f000']).png().toBuffer();
    const part = await quartersImage(32, 24, ['#0f0', '#0f0', '#0f0', '#0f0']).png().toBuffer();
    const layers = (dispose: number) =>
      apngOf(64, 48, [
        { png: half, x: 0, y: 0, width: 64, height: 48, ms: 100, dispose: 0, blend: 0 },
        { png: part, x: 16, y: 12, width: 32, height: 24, ms: 100, dispose, blend: 1 },
        { png: part, x: 0, y: 0, width: 32, height: 24, ms: 100, dispose: 0, blend: 1 },
      ]);
    // In the middle of the third picture: the part stays, it is taken away, or what was there before comes back.
    for (const [dispose, letters] of [
      [0, 'RGG'],
      [1, 'RG-'],
      [2, 'RGR'],
    ] as const) {
      await bench.write(`layers-${dispose}.png`, layers(dispose));
      const [result] = await bench.read([`layers-${dispose}.png`]);
      if (result?.kind !== 'animation') throw new Error(JSON.stringify(result));
      expect(result.hasAlpha).toBe(true);
      const film = await readFilm(bench.path(result.file));
      const seen = film.map(({ picture }) => {
        const at = picture.at(0.5, 0.45);
        return at[3] === 0 ? '-' : letterOf(at);
      });
      expect(seen.join('')).toBe(letters);
      // ffmpeg's decoder of APNG, pixel by pixel.
      const source = ['-f', 'apng', '-i', bench.path(`layers-${dispose}.png`), '-fps_mode', 'passthrough'];
      await ffmpeg([...source, bench.path(`reference-${dispose}-%d.png`)]);
      for (const [i, { picture: is }] of film.entries()) {
        const wanted = await readPng(bench.path(`reference-${dispose}-${i + 1}.png`));
        for (const x of [0.1, 0.3, 0.5, 0.7, 0.9])
          for (const y of [0.1, 0.3, 0.45, 0.7, 0.9]) {
            if (wanted.at(x, y)[3] === 0) expect(is.at(x, y)[3]).toBe(0);
            else expect(is.at(x, y)).toEqual(wanted.at(x, y));
          }
      }
    }
  });
});

describe('an animation of one frame', () => {
  it('is read as an image from GIF, WebP and APNG', async () => {
    await bench.write('one.gif', await (await colorAnimation(['#0f0'])).gif().toBuffer());
    await bench.write('one.webp', await (await colorAnimation(['#0f0'])).webp({ lossless: true }).toBuffer());
    await apng('one.png', ['#0f0'], [100]);
    for (const name of ['one.gif', 'one.webp', 'one.png'])
      expect(letterOf((await bench.still(name)).png.at(0.5, 0.5))).toBe('G');
  });
});

describe('an animation that is too large', () => {
  it('is refused by the number of its frames, unless few are needed', async () => {
    const colors = Array.from({ length: 3001 }, (_, i) => (i % 2 ? '#fff' : '#000'));
    await bench.write(
      'endless.gif',
      await (await colorAnimation(colors, 2, 2)).gif({ ...PLAIN, delay: colors.map(() => 20) }).toBuffer(),
    );
    expect(await bench.refusal('endless.gif')).toBe(
      'INPUT_TOO_LARGE: an animated image may have at most 3000 pictures; send it as a video',
    );
    expect(await played('endless.gif', { neededUs: 40_000 })).toMatchObject({ letters: 'KW', totalMs: 60_020 });
  });

  it('is refused by the pixels of all its frames together', async () => {
    const png = await quartersImage(2, 2).png().toBuffer();
    const frame = { png, x: 0, y: 0, width: 2, height: 2, ms: 100, dispose: 0, blend: 1 };
    // A canvas of 90 megapixels, of which each picture changes four pixels.
    await bench.write(
      'huge.png',
      apngOf(9000, 10_000, [
        {
          ...frame,
          png: await quartersImage(9000, 10_000).png({ compressionLevel: 1 }).toBuffer(),
          width: 9000,
          height: 10_000,
        },
        ...Array.from({ length: 30 }, () => frame),
      ]),
    );
    expect(await bench.refusal('huge.png')).toBe(
      'INPUT_TOO_LARGE: an animated image may have at most 2000 million pixels in all its pictures together; send it as a video',
    );
  });
});

interface ApngPart {
  /** Truecolour with alpha. */
  readonly png: Buffer;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly ms: number;
  readonly dispose: number;
  readonly blend: number;
}

/** An APNG made of PNGs. The first has the size of all. */
function apngOf(width: number, height: number, parts: readonly ApngPart[]): Buffer {
  const header = Buffer.from(dataOf(parts[0]!.png, 'IHDR')[0]!);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  let sequence = 0;
  const next = () => u32(sequence++);
  const frames = parts.flatMap((part, i) => {
    const times = Buffer.alloc(6);
    times.writeUInt16BE(part.ms, 0);
    times.writeUInt16BE(1000, 2);
    times[4] = part.dispose;
    times[5] = part.blend;
    const control = chunk('fcTL', next(), u32(part.width), u32(part.height), u32(part.x), u32(part.y), times);
    const data = dataOf(part.png, 'IDAT').map((bytes) =>
      i === 0 ? chunk('IDAT', bytes) : chunk('fdAT', next(), bytes),
    );
    return [control, ...data];
  });
  return Buffer.concat([
    parts[0]!.png.subarray(0, 8),
    chunk('IHDR', header),
    chunk('acTL', u32(parts.length), u32(0)),
    ...frames,
    chunk('IEND'),
  ]);
}

function dataOf(png: Buffer, wanted: string): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === wanted)
      found.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return found;
}

function chunk(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...parts]);
  let crc = ~0;
  for (const byte of body) {
    crc ^= byte;
    for (let k = 0; k < 8; k += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return Buffer.concat([u32(body.length - 4), body, u32(~crc >>> 0)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
