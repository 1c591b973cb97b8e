import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { colorDistance, readVideo, type VideoContent } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const TOLERANCE = 8;
const RED = 'C81E1E';
const GREEN = '1EA01E';
const BLUE = '1E3CC8';
const YELLOW = 'C8B41E';
const BLACK = '000000';
const SIZE = '144x256';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('plain.mp4', { size: SIZE, colors: [RED], secondsEach: 2 });
  await bench.media.video('four.mp4', { size: SIZE, colors: [RED, GREEN, BLUE, YELLOW], secondsEach: 1 });
  await bench.media.image('quarters.png', { size: SIZE, colors: [RED, GREEN, BLUE, YELLOW] });
});
afterAll(() => bench.close());

function montage(uris: readonly string[], changes: Partial<Montage> = {}): Montage {
  const materials = uris.map((uri, i) => ({ uri, field: `spec.montage.materials[${i}].uri` }));
  return montageOf(0, { materials, longestClipUs: 1_000_000, ...changes });
}

async function video(spec: Montage): Promise<VideoContent> {
  return readVideo((await bench.render(spec)).file);
}

function effect(
  kind: Extract<Montage['transition'], { kind: 'CLIP_EFFECT' }>['effect'],
  seconds = 1,
): Montage['transition'] {
  return { kind: 'CLIP_EFFECT', effect: kind, durationUs: seconds * 1e6 };
}

const brightness = (content: VideoContent, frame: number) => content.colorAt(frame, 0.5, 0.5)[0];
const isBlack = (content: VideoContent, frame: number, x: number, y: number) =>
  colorDistance(content.colorAt(frame, x, y), BLACK) < TOLERANCE;

describe('the speed of clips', () => {
  it.each([
    [2, 60, [RED, GREEN, BLUE, YELLOW]],
    [0.5, 240, [RED, GREEN, BLUE, YELLOW]],
    [1.25, 96, [RED, GREEN, BLUE, YELLOW]],
  ] as const)('shows all of a video in its changed time at %s', async (speed, frames, colors) => {
    const content = await video(montage(['four.mp4'], { speed, longestClipUs: 10_000_000 }));
    expect(content.frames).toHaveLength(frames);
    colors.forEach((color, i) => {
      const [first, last] = [Math.ceil((i * frames) / 4) + 1, Math.floor(((i + 1) * frames) / 4) - 2];
      for (const frame of [first, last])
        expect(colorDistance(content.colorAt(frame, 0.5, 0.5), color), `frame ${frame}`).toBeLessThan(TOLERANCE);
    });
  });

  it('shows the last frame of a slow video for its time at half speed', async () => {
    await bench.media.video('slow.mp4', { size: SIZE, colors: [RED, GREEN], secondsEach: 0.5, rate: '10' });
    const content = await video(montage(['slow.mp4'], { speed: 0.5, longestClipUs: 10_000_000 }));
    expect(content.frames).toHaveLength(60);
    expect(colorDistance(content.colorAt(59, 0.5, 0.5), GREEN)).toBeLessThan(TOLERANCE);
  });
});

describe('the random order of clips', () => {
  it('shows every clip of every video once, from its own place, and is the same for the same seed', async () => {
    const orders = new Set<string>();
    await bench.media.video('quick.mp4', { size: SIZE, colors: [RED, GREEN, BLUE, YELLOW], secondsEach: 0.4 });
    for (const seed of [1, 1, 2, 3]) {
      const spec = montage(['quick.mp4', 'quarters.png'], { concat: 'RANDOM', seed, longestClipUs: 400_000 });
      const content = await video(spec);
      expect(content.frames).toHaveLength(60);
      const seen = [0, 1, 2, 3, 4].map((clip) => {
        // Each clip is one colour from its first frame to its last; the image has another one at its lower right.
        const [first, last] = [clip * 12, clip * 12 + 11].map((frame) => nearest(content.colorAt(frame, 0.25, 0.25)));
        expect(first).toBe(last);
        return colorDistance(content.colorAt(clip * 12, 0.75, 0.75), BLUE) < TOLERANCE && first === RED
          ? 'image'
          : first;
      });
      expect([...seen].sort()).toEqual([RED, GREEN, BLUE, YELLOW, 'image'].sort());
      orders.add(seen.join());
    }
    expect(orders.size).toBeGreaterThanOrEqual(2);
    expect(orders.size).toBeLessThanOrEqual(3);
  });
});

describe('the variants of a render', () => {
  it('differ by chance alone, and are all verified and reported as one render', async () => {
    const { outputs, progress } = await bench.render(montage(['four.mp4'], { concat: 'RANDOM', variants: 3 }));
    expect(outputs.map(({ key, frameCount }) => [key, frameCount])).toEqual([
      ['final-1.mp4', 120],
      ['final-2.mp4', 120],
      ['final-3.mp4', 120],
    ]);
    expect(new Set(outputs.map(({ sha256 }) => sha256)).size).toBeGreaterThan(1);
    expect(progress.at(-1)).toMatchObject({ framesTotal: 360, framesDone: 360 });
    const again = await bench.render(montage(['four.mp4'], { concat: 'RANDOM' }));
    expect(again.outputs.map(({ sha256 }) => sha256)).toEqual([outputs[0]!.sha256]);
  });
});

function nearest(color: readonly [number, number, number]): string {
  return [RED, GREEN, BLUE, YELLOW].sort((a, b) => colorDistance(color, a) - colorDistance(color, b))[0]!;
}

describe('a clip effect', () => {
  it('fades in from black and out to it, within each clip', async () => {
    const fadeIn = await video(
      montage(['plain.mp4', 'plain.mp4'], { longestClipUs: 2_000_000, transition: effect('FADE_IN') }),
    );
    expect(fadeIn.frames).toHaveLength(120);
    for (const start of [0, 60]) {
      expect(isBlack(fadeIn, start, 0.5, 0.5)).toBe(true);
      expect(Math.abs(brightness(fadeIn, start + 15) - 100)).toBeLessThan(12);
      expect(colorDistance(fadeIn.colorAt(start + 32, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    }
    const fadeOut = await video(montage(['plain.mp4'], { longestClipUs: 2_000_000, transition: effect('FADE_OUT') }));
    expect(colorDistance(fadeOut.colorAt(28, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    expect(Math.abs(brightness(fadeOut, 45) - 100)).toBeLessThan(12);
    expect(brightness(fadeOut, 59)).toBeLessThan(16);
  });

  it('slides in from a side and out to one, over black', async () => {
    const sides = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const content = await video(
        montage(['plain.mp4'], { longestClipUs: 1_100_000, seed, transition: effect('SLIDE_IN') }),
      );
      expect(isBlack(content, 0, 0.5, 0.5)).toBe(true);
      // Two fifths of it are there after two fifths of the time, on the side that it came from.
      const there = (
        [
          ['LEFT', 0.2, 0.5],
          ['RIGHT', 0.8, 0.5],
          ['TOP', 0.5, 0.2],
          ['BOTTOM', 0.5, 0.8],
        ] as const
      ).filter(([, x, y]) => !isBlack(content, 12, x, y));
      expect(there).toHaveLength(1);
      sides.add(there[0]![0]);
      expect(colorDistance(content.colorAt(31, 0.05, 0.05), RED)).toBeLessThan(TOLERANCE);
      expect(colorDistance(content.colorAt(31, 0.95, 0.95), RED)).toBeLessThan(TOLERANCE);
    }
    expect(sides.size).toBeGreaterThan(1);
    const out = await video(montage(['plain.mp4'], { longestClipUs: 2_000_000, transition: effect('SLIDE_OUT') }));
    expect(colorDistance(out.colorAt(29, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    expect(
      [
        [0.2, 0.5],
        [0.8, 0.5],
        [0.5, 0.2],
        [0.5, 0.8],
      ].filter(([x, y]) => !isBlack(out, 48, x!, y!)),
    ).toHaveLength(1);
  });

  it('zooms evenly from its middle, in to 1.2 times or out from it', async () => {
    await bench.media.make('ring.png', [
      '-f',
      'lavfi',
      '-i',
      `color=c=0x${BLUE}:s=${SIZE},drawbox=x=22:y=38:w=100:h=180:color=0x${YELLOW}:t=fill`,
      '-frames:v',
      '1',
    ]);
    /** How wide the box is, in pixels of the middle row. */
    const width = (content: VideoContent, frame: number) => {
      let pixels = 0;
      for (let x = 0; x < 144; x += 1) if (content.colorAt(frame, (x + 0.5) / 144, 0.5, 0)[2] < 115) pixels += 1;
      return pixels;
    };
    const zoomIn = await video(montage(['ring.png'], { longestClipUs: 2_000_000, transition: effect('ZOOM_IN') }));
    expect([width(zoomIn, 0), width(zoomIn, 59)].map((w, i) => Math.abs(w - [100, 120][i]!) <= 2)).toEqual([
      true,
      true,
    ]);
    const widths = zoomIn.frames.map((_, frame) => width(zoomIn, frame));
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    const zoomOut = await video(montage(['ring.png'], { longestClipUs: 2_000_000, transition: effect('ZOOM_OUT') }));
    expect([width(zoomOut, 0), width(zoomOut, 59)].map((w, i) => Math.abs(w - [120, 100][i]!) <= 2)).toEqual([
      true,
      true,
    ]);
    const slow = await video(montage(['ring.png'], { longestClipUs: 5_000_000, imageMotion: 'ZOOM_IN' }));
    expect([width(slow, 0), width(slow, 149)].map((w, i) => Math.abs(w - [100, 115][i]!) <= 2)).toEqual([true, true]);
  });

  it('does not move videos where only images are to move', async () => {
    const content = await video(montage(['four.mp4'], { imageMotion: 'ZOOM_IN' }));
    expect(colorDistance(content.colorAt(15, 0.5, 0.5), RED)).toBeLessThan(TOLERANCE);
    expect(content.frames).toHaveLength(30);
  });
});
