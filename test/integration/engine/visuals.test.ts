import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Composition, Fit } from '../../../src/composition/composition.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { clipOf, compositionOf, formOfLayers } from '../../support/copy-bench.js';
import { colorDistance, readVideo, streamEnds, type VideoContent } from '../../support/media-content.js';
import { crossFade, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

/** What x264 at CRF 20 and the way there and back through 4:2:0 may change of a plain colour. */
const TOLERANCE = 6;
const RED = 'C81E1E';
const GREEN = '1EA01E';
const BLUE = '1E3CC8';
const YELLOW = 'C8B41E';
const SIZE = { width: 144, height: 256 };

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

function montage(uris: readonly string[], changes: Partial<Montage> = {}): Montage {
  const materials = uris.map((uri, i) => ({ uri, field: `spec.montage.materials[${i}].uri` }));
  return montageOf(0, { materials, longestClipUs: 1_000_000, ...changes });
}

/** The colours at places of a frame that shows a wide image of four quarters. The compiler names a fit that is missing here. */
const FITS: { readonly [Each in Fit]: readonly (readonly [x: number, y: number, color: string])[] } = {
  // Square quarters of 100 make a frame of 144x256 show 56 either side of the middle.
  COVER: [
    [0.2, 0.05, RED],
    [0.8, 0.95, BLUE],
  ],
  CONTAIN: [
    [0.5, 0.1, '1EA0FF'],
    [0.5, 0.9, '1EA0FF'],
    [0.1, 0.42, RED],
    [0.9, 0.58, BLUE],
  ],
  FILL: [
    [0.1, 0.05, RED],
    [0.9, 0.05, GREEN],
    [0.9, 0.95, BLUE],
    [0.1, 0.95, YELLOW],
  ],
  // 400x200 in 144x256: 28 of the frame's rows are left above and below, and 72 columns of each half are seen.
  NONE: [
    [0.5, 0.09, '1EA0FF'],
    [0.2, 0.15, RED],
    [0.8, 0.85, BLUE],
    [0.5, 0.91, '1EA0FF'],
  ],
  SCALE_DOWN: [
    [0.5, 0.1, '1EA0FF'],
    [0.1, 0.42, RED],
    [0.9, 0.58, BLUE],
  ],
  CONTAIN_BLUR: [
    [0.1, 0.05, RED],
    [0.1, 0.42, RED],
    [0.4, 0.42, RED],
    [0.9, 0.58, BLUE],
    [0.9, 0.95, BLUE],
  ],
};

describe('the renderer of visuals', () => {
  it('shows clips one after another, each for exactly its frames', async () => {
    const { media } = bench;
    await media.video('rg.mp4', { size: '160x284', colors: [RED, GREEN], secondsEach: 0.5 });
    await media.video('b.mp4', { size: '160x284', colors: [BLUE], secondsEach: 3 });
    const { file, output } = await bench.render(montage(['rg.mp4', 'b.mp4']));
    const video = await readVideo(file);
    expect(video.frames).toHaveLength(60);
    expect([video.width, video.height]).toEqual([144, 256]);
    const at = (frame: number) => video.colorAt(frame, 0.5, 0.5);
    expect(colorDistance(at(0), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(at(14), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(at(15), GREEN)).toBeLessThan(TOLERANCE);
    expect(colorDistance(at(29), GREEN)).toBeLessThan(TOLERANCE);
    expect(colorDistance(at(30), BLUE)).toBeLessThan(TOLERANCE);
    expect(colorDistance(at(59), BLUE)).toBeLessThan(TOLERANCE);
    expect(output).toMatchObject({
      frameCount: 60,
      durationUs: 2_000_000,
      width: 144,
      height: 256,
      frameRate: { num: 30, den: 1 },
      videoCodec: 'h264',
      audioCodec: 'aac',
    });
  });

  it.each([
    ['24000/1001', 1],
    ['25', 1],
    ['50', 1],
    ['60000/1001', 1],
    ['12', 1],
  ])('converts %s frames a second to the output rate without losing a frame', async (rate, seconds) => {
    await bench.media.video('rate.mp4', { size: '160x284', colors: [RED, GREEN], secondsEach: seconds / 2, rate });
    const { file } = await bench.render(montage(['rate.mp4', 'rate.mp4']));
    const video = await readVideo(file);
    const clip = video.frames.length / 2;
    expect(Math.abs(clip - 30 * seconds)).toBeLessThanOrEqual(1);
    expect((await streamEnds(file)).videoFrames).toBe(video.frames.length);
    expect(colorDistance(video.colorAt(0, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(clip - 2, 0.5, 0.5), GREEN)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(clip, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
  });

  describe('with a wide image', () => {
    const FRAMES_EACH = 6;
    const fits = Object.keys(FITS) as Fit[];
    let video: VideoContent;
    beforeAll(async () => {
      await bench.media.image('wide.png', { size: '400x200', colors: [RED, GREEN, BLUE, YELLOW] });
      const clips = fits.map((fit, i) => clipOf('wide.png', i * FRAMES_EACH, FRAMES_EACH, { source: 'image', fit }));
      const composition: Composition = {
        ...compositionOf([{ kind: 'clips', clips }], fits.length * FRAMES_EACH, { num: 30, den: 1 }, SIZE),
        background: { r: 0x1e, g: 0xa0, b: 0xff, a: 255 },
      };
      const form = formOfLayers(composition.layers, composition.frames, composition.frameRate, SIZE);
      const rendered = await bench.render({ ...form, compose: () => ({ compositions: [composition], warnings: [] }) });
      video = await readVideo(rendered.file);
    });

    it.each(Object.entries(FITS))('fits it by %s', (fit, colors) => {
      const frame = fits.indexOf(fit as Fit) * FRAMES_EACH + 3;
      for (const [x, y, color] of colors)
        expect(colorDistance(video.colorAt(frame, x, y), color)).toBeLessThan(TOLERANCE);
    });

    it('fits it as its montage says', async () => {
      const spec = montage(['wide.png'], { fit: 'FILL', longestClipUs: 200_000 });
      const filled = await readVideo((await bench.render(spec)).file);
      for (const [x, y, color] of FITS.FILL)
        expect(colorDistance(filled.colorAt(3, x, y), color)).toBeLessThan(TOLERANCE);
    });
  });

  it.each([['000000'], ['00FF00']])('fits a video on a background of #%s', async (color) => {
    await bench.media.video('wide.mp4', { size: '320x180', colors: [RED], secondsEach: 0.2 });
    const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => parseInt(color.slice(at, at + 2), 16));
    const video = await readVideo(
      (await bench.render(montage(['wide.mp4'], { fit: 'CONTAIN', background: { r, g, b, a: 255 } }))).file,
    );
    expect(video.frames).toHaveLength(6);
    for (const frame of [0, 3, 5]) {
      expect(colorDistance(video.colorAt(frame, 0.5, 0.1), color)).toBeLessThan(TOLERANCE);
      expect(colorDistance(video.colorAt(frame, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    }
  });

  it('lays images and videos with alpha on the background', async () => {
    const clear = `${RED}@0`;
    await bench.media.image('alpha.png', { size: '144x256', colors: [RED, clear, BLUE, clear], pixFmt: 'rgba' });
    const background = { r: 0x1e, g: 0xa0, b: 0x1e, a: 255 };
    const still = await readVideo((await bench.render(montage(['alpha.png', 'alpha.png'], { background }))).file);
    expect(still.frames).toHaveLength(60);
    expect(colorDistance(still.colorAt(40, 0.25, 0.25), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(still.colorAt(40, 0.75, 0.25), GREEN)).toBeLessThan(TOLERANCE);
    await bench.media.make('alpha.mov', [
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${RED}@0.5:s=144x256:r=30:d=1,format=rgba`,
      '-c:v',
      'qtrle',
    ]);
    const moving = await readVideo((await bench.render(montage(['alpha.mov'], { background }))).file);
    expect(moving.frames).toHaveLength(30);
    for (const frame of [0, 29])
      expect(colorDistance(moving.colorAt(frame, 0.5, 0.5), '735F1E')).toBeLessThan(TOLERANCE);
  });

  it('keeps the alpha of VP9', async () => {
    await bench.media.make('alpha.webm', [
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${RED}@0.5:s=144x256:r=30:d=1,format=yuva420p`,
      '-c:v',
      'libvpx-vp9',
      '-cpu-used',
      '8',
      '-deadline',
      'realtime',
    ]);
    const video = await readVideo(
      (await bench.render(montage(['alpha.webm'], { background: { r: 255, g: 255, b: 255, a: 255 } }))).file,
    );
    expect(video.colorAt(10, 0.5, 0.5)[1]).toBeGreaterThan(0x80);
  });

  it('turns phone videos and photographs upright', async () => {
    // Lying: red left, blue right. Upright: red above, blue below.
    const lying = await bench.media.image('lying.png', { size: '320x180', colors: [RED, BLUE, BLUE, RED] });
    const coded = await bench.media.make('coded.mp4', [
      '-loop',
      '1',
      '-i',
      lying,
      '-t',
      '1',
      '-r',
      '30',
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
      '-qp',
      '4',
    ]);
    await bench.media.turned('phone.mp4', coded);
    await bench.media.image('photo.jpg', { size: '320x180', colors: [RED, BLUE, BLUE, RED], exifOrientation: 6 });
    const video = await readVideo((await bench.render(montage(['phone.mp4', 'photo.jpg'], { fit: 'CONTAIN' }))).file);
    for (const frame of [3, 33]) {
      expect(colorDistance(video.colorAt(frame, 0.25, 0.05), RED)).toBeLessThan(TOLERANCE + 2);
      expect(colorDistance(video.colorAt(frame, 0.25, 0.95), BLUE)).toBeLessThan(TOLERANCE + 2);
    }
  });

  it('shows sources of each tag in their colours', async () => {
    const tags = ['smpte170m', 'bt709', null] as const;
    const nameOf = (matrix: string | null) => `tagged-${matrix ?? 'not'}.mp4`;
    for (const matrix of tags)
      await bench.media.video(nameOf(matrix), { size: '160x284', colors: [RED, GREEN], secondsEach: 0.2, matrix });
    const video = await readVideo((await bench.render(montage(tags.map(nameOf)))).file);
    for (const [i, matrix] of tags.entries()) {
      expect(colorDistance(video.colorAt(i * 12 + 3, 0.5, 0.5), RED), nameOf(matrix)).toBeLessThan(TOLERANCE);
      expect(colorDistance(video.colorAt(i * 12 + 9, 0.5, 0.5), GREEN), nameOf(matrix)).toBeLessThan(TOLERANCE);
    }
  });

  it('reads untagged HD as BT.709, and full-range video in its range', async () => {
    await bench.media.video('hd.mp4', { size: '406x720', colors: [RED], secondsEach: 1, matrix: null });
    await bench.media.make('full.mp4', [
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${GREEN}:s=160x284:r=30:d=1,format=gbrp,scale=out_color_matrix=bt709:out_range=pc,format=yuv420p`,
      '-c:v',
      'libx264',
      '-qp',
      '4',
      '-colorspace',
      'bt709',
      '-color_range',
      'pc',
    ]);
    const video = await readVideo((await bench.render(montage(['hd.mp4', 'full.mp4']))).file);
    expect(colorDistance(video.colorAt(5, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(35, 0.5, 0.5), GREEN)).toBeLessThan(TOLERANCE);
  });

  it('renders odd sizes, non-square pixels, extreme shapes and animated GIFs', async () => {
    const { media } = bench;
    await media.make('odd.mp4', [
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${RED}:s=101x77:r=30:d=1,format=yuv444p`,
      '-c:v',
      'libx264',
      '-qp',
      '4',
    ]);
    await media.make('line.png', ['-f', 'lavfi', '-i', `color=c=0x${GREEN}:s=3x4000,format=rgb24`, '-frames:v', '1']);
    await media.make('moving.gif', ['-f', 'lavfi', '-i', `color=c=0x${BLUE}:s=64x64:r=10:d=1`]);
    // 160 pixels of 2:1 are as wide as 320: half of it fits into a frame of 16:9.
    await media.make('sar.mp4', [
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${RED}:s=160x180:r=30:d=1,drawbox=w=iw:h=ih:color=0x${RED}:t=fill,setsar=2`,
      '-c:v',
      'libx264',
      '-qp',
      '4',
      '-pix_fmt',
      'yuv420p',
    ]);
    const { output, file } = await bench.render(
      montage(['odd.mp4', 'line.png', 'moving.gif', 'sar.mp4'], { fit: 'COVER' }),
    );
    expect(output.frameCount).toBe(120);
    const video = await readVideo(file);
    expect(colorDistance(video.colorAt(45, 0.5, 0.5), GREEN)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(75, 0.5, 0.5), BLUE)).toBeLessThan(TOLERANCE + 4);
    const wide = await readVideo(
      (
        await bench.render(
          montage(['sar.mp4'], { fit: 'CONTAIN', width: 320, height: 180, background: { r: 0, g: 0, b: 255, a: 255 } }),
        )
      ).file,
    );
    expect(wide.colorAt(5, 0.02, 0.5)[2]).toBeLessThan(100);
  });

  it('shows every column of a video with odd sizes, and a video of one pixel', async () => {
    const { media } = bench;
    const vp9 = ['-c:v', 'libvpx-vp9', '-lossless', '1', '-pix_fmt', 'yuv420p'];
    // Black, and its last column white.
    const edge = 'color=c=black:s=60x38:r=10:d=1,format=yuv444p,pad=61:38:color=white';
    await media.make('edge.webm', ['-f', 'lavfi', '-i', edge, ...vp9]);
    await media.make('pixel.webm', ['-f', 'lavfi', '-i', `color=c=0x${RED}:s=16x16:r=10:d=1,scale=1:1`, ...vp9]);
    const { output, file } = await bench.render(
      montage(['edge.webm', 'pixel.webm'], { fit: 'COVER', width: 426, height: 240 }),
    );
    const video = await readVideo(file);
    expect(video.colorAt(5, 0.999, 0.5)[0]).toBeGreaterThan(200);
    expect(colorDistance(video.colorAt(output.frameCount - 5, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE + 4);
  });
});

describe('the renderer of joins', () => {
  it('mixes both clips in a cross-fade and takes its time from both', async () => {
    await bench.media.video('red.mp4', { size: '144x256', colors: [RED], secondsEach: 1 });
    await bench.media.video('blue.mp4', { size: '144x256', colors: [BLUE], secondsEach: 1 });
    const { file } = await bench.render(montage(['red.mp4', 'blue.mp4', 'red.mp4'], { transition: crossFade(0.4) }));
    const video = await readVideo(file);
    expect(video.frames).toHaveLength(90 - 2 * 12);
    expect(colorDistance(video.colorAt(17, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(24, 0.5, 0.5), '732D73')).toBeLessThan(TOLERANCE + 4);
    expect(colorDistance(video.colorAt(30, 0.5, 0.5), BLUE)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(42, 0.5, 0.5), '732D73')).toBeLessThan(TOLERANCE + 4);
    expect(colorDistance(video.colorAt(65, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
  });

  it('covers a narration with repeated materials, to the frame, whatever remains for the last clip', async () => {
    await bench.media.tones('speech.wav', { hz: [440], secondsEach: 2.04 });
    const narration = { asset: { uri: 'speech.wav', field: 'spec.montage.narration.uri' }, gainDb: 0 };
    const { file, output } = await bench.render(montage(['red.mp4', 'blue.mp4'], { narration }));
    const video = await readVideo(file);
    expect(output.frameCount).toBe(61);
    expect(video.frames).toHaveLength(61);
    expect(colorDistance(video.colorAt(29, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(30, 0.5, 0.5), BLUE)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(60, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
  });
});
