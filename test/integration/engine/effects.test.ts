import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClipEffect, ColorAdjustment, EffectOf } from '../../../src/composition/clip-effect.js';
import type { Composition, VisualClip } from '../../../src/composition/composition.js';
import type { Form } from '../../../src/composition/form.js';
import { pngOf } from '../../../src/engine/draw/png.js';
import { colorDistance, readVideo } from '../../support/media-content.js';
import { rawFrames } from '../../support/raw-frames.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [WIDTH, HEIGHT] = [96, 64];
const rgb = (hex: string) => ({
  r: parseInt(hex.slice(0, 2), 16),
  g: parseInt(hex.slice(2, 4), 16),
  b: parseInt(hex.slice(4, 6), 16),
  a: 255,
});

/** Squares of 16 pixels, row by row. */
const PATCHES = [
  ['000000', '202020', '606060', '808080', 'C0C0C0', 'FFFFFF'],
  ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E', '1EC8B4', 'B41EC8'],
  ['604030', '305060', 'E0B090', '90B0E0', '408040', 'F0F0A0'],
  ['101820', '281808', 'F8F0E8', '7F3F1F', '3F7F9F', '9F9F3F'],
];

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await png('patches.png', (x, y) => rgb(PATCHES[Math.floor(y / 16)]![Math.floor(x / 16)]!));
  await png('edge.png', (x) => rgb(x < WIDTH / 2 ? '202020' : 'E0E0E0'));
  await png('grid.png', (x, y) => ({ r: 16 + x * 2, g: 16 + y * 3, b: 100, a: 255 }));
  // A person in red before a green screen, with a white hair.
  await png('screen.png', (x, y) => rgb(x >= 40 && x < 56 && y >= 16 ? 'C81E1E' : '00B140'));
  // A yellow disc with transparent green around, which must never show.
  await png('disc.png', (x, y) => (Math.hypot(x - 48, y - 32) < 20 ? rgb('C8B41E') : { ...rgb('00FF00'), a: 0 }), 4);
});
afterAll(() => bench.close());

async function png(name: string, at: (x: number, y: number) => ReturnType<typeof rgb>, channels: 3 | 4 = 3) {
  const data = new Uint8Array(WIDTH * HEIGHT * channels);
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 0; x < WIDTH; x += 1) {
      const { r, g, b, a } = at(x, y);
      data.set([r, g, b, a].slice(0, channels), (y * WIDTH + x) * channels);
    }
  await writeFile(path.join(bench.media.folder, name), pngOf({ width: WIDTH, height: HEIGHT, channels, data }));
}

function clipOf(uri: string, effects: readonly ClipEffect[], changes: Partial<VisualClip> = {}): VisualClip {
  return {
    ...{ asset: { uri, field: uri }, source: 'image', startFrame: 0, frames: 10, fit: 'FILL', transition: null },
    ...{ trimStartUs: 0, speed: 1, effects, opacity: 1 },
    ...changes,
  };
}

function compositionOf(...clips: readonly VisualClip[]): Composition {
  return {
    ...{ width: WIDTH, height: HEIGHT, frameRate: { num: 30, den: 1 }, frames: 10, samples: 16_000, audio: [] },
    background: rgb('606060'),
    layers: clips.map((clip) => ({ kind: 'clips', clips: [clip] })),
  };
}

const frames = (effects: readonly ClipEffect[], uri = 'patches.png', options: Parameters<typeof rawFrames>[2] = {}) =>
  rawFrames(bench, compositionOf(clipOf(uri, effects)), options);

const PLAIN: ColorAdjustment = {
  brightness: 0,
  contrast: 1,
  saturation: 1,
  gamma: 1,
  hue: 0,
  temperature: 6500,
};

/** The formula of the doc comment, in plain numbers. */
function adjusted(hex: string, change: ColorAdjustment, gains = [1, 1, 1]): number[] {
  const clip = (v: number) => Math.min(1, Math.max(0, v));
  const { r, g, b } = rgb(hex);
  const lit = [r, g, b].map((v) => (v / 255 + change.brightness - 0.5) * change.contrast + 0.5);
  const light = 0.213 * lit[0]! + 0.715 * lit[1]! + 0.072 * lit[2]!;
  const curved = lit.map((v) => light + change.saturation * (v - light)).map((v) => clip(v) ** (1 / change.gamma));
  const [cos, sin] = [Math.cos((change.hue * Math.PI) / 180), Math.sin((change.hue * Math.PI) / 180)];
  const turn = [
    [0.213 + cos * 0.787 - sin * 0.213, 0.715 - cos * 0.715 - sin * 0.715, 0.072 - cos * 0.072 + sin * 0.928],
    [0.213 - cos * 0.213 + sin * 0.143, 0.715 + cos * 0.285 + sin * 0.14, 0.072 - cos * 0.072 - sin * 0.283],
    [0.213 - cos * 0.213 - sin * 0.787, 0.715 - cos * 0.715 + sin * 0.715, 0.072 + cos * 0.928 + sin * 0.072],
  ];
  return turn.map(
    (row, i) => clip((row[0]! * curved[0]! + row[1]! * curved[1]! + row[2]! * curved[2]!) * gains[i]!) * 255,
  );
}

describe('an adjustment of colours', () => {
  it('is no filter at all where nothing changes', async () => {
    const [plain, same] = await Promise.all([frames([]), frames([{ kind: 'COLOR', ...PLAIN }])]);
    expect(same.bytes.equals(plain.bytes)).toBe(true);
  });

  it.each<[string, Partial<ColorAdjustment>, number[]?]>([
    ['brightness', { brightness: 0.2 }],
    ['darkness', { brightness: -0.3 }],
    ['contrast', { contrast: 1.6 }],
    ['little contrast', { contrast: 0.4 }],
    ['saturation', { saturation: 1.4 }],
    ['no saturation', { saturation: 0 }],
    ['gamma', { gamma: 2.2 }],
    ['a low gamma', { gamma: 0.5 }],
    ['hue', { hue: 90 }],
    ['hue the other way', { hue: -35 }],
    ['all of them', { brightness: -0.05, contrast: 1.2, saturation: 0.8, gamma: 1.3, hue: 20 }],
    // Tanner Helland's curves at 3000 K and 6500 K: (255, 177.1, 109.9) and (255, 254.5, 250.2).
    ['a warm temperature', { temperature: 3000 }, [1, 177.1 / 254.5, 109.9 / 250.2]],
  ])('is within 2 steps of its formula: %s', async (_, change, gains = [1, 1, 1]) => {
    const adjustment = { ...PLAIN, ...change };
    const video = await frames([{ kind: 'COLOR', ...adjustment }]);
    for (const [row, patches] of PATCHES.entries())
      for (const [column, hex] of patches.entries()) {
        const is = video.at(5, column * 16 + 8, row * 16 + 8);
        const wanted = adjusted(hex, adjustment, gains);
        const off = Math.max(...is.map((value, i) => Math.abs(value - wanted[i]!)));
        // YCbCr of 8 bits, before and after, is off by up to 1.6 in blue each.
        expect(off, `${hex} is ${is.join(' ')}, not ${wanted.map(Math.round).join(' ')}`).toBeLessThanOrEqual(3.2);
      }
  });

  it('leaves the alpha of a clip as it is', async () => {
    const video = await rawFrames(
      bench,
      compositionOf(clipOf('patches.png', []), clipOf('disc.png', [{ kind: 'COLOR', ...PLAIN, saturation: 0 }])),
    );
    expect(colorDistance(video.at(3, 8, 8), '000000')).toBeLessThan(3);
    const [r, g, b] = video.at(3, 48, 32);
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(3);
  });
});

describe('a blur', () => {
  it('has its deviation in brightness and in colour', async () => {
    const sigma = 5;
    const video = await frames([{ kind: 'BLUR', sigma }], 'edge.png');
    // The edge of a step becomes the integral of the Gaussian.
    for (const [offset, share] of [
      [-10, 0.0228],
      [-5, 0.1587],
      [0, 0.5],
      [5, 0.8413],
      [10, 0.9772],
    ] as const) {
      const x = WIDTH / 2 + offset;
      const is = (video.at(2, x, 32)[0] + video.at(2, x - 1, 32)[0]) / 2;
      expect(Math.abs(is - (0x20 + share * 0xc0)), `at ${offset}: ${is}`).toBeLessThan(5);
    }
    const colors = await frames([{ kind: 'BLUR', sigma: 3 }], 'patches.png');
    // The middle of a patch of 16 pixels keeps 98 % of its colour at a deviation of 3; blurred twice as much it would keep 65 %.
    const { r } = rgb(PATCHES[1]![0]!);
    expect(Math.abs(colors.at(2, 8, 24)[0] - r)).toBeLessThan(14);
  });

  it('does not show the hidden colours of transparent pixels', async () => {
    const video = await rawFrames(
      bench,
      compositionOf(clipOf('edge.png', []), clipOf('disc.png', [{ kind: 'BLUR', sigma: 4 }])),
    );
    // From the yellow to the grey behind it green never rises above both.
    for (let x = 50; x < 90; x += 1) {
      const [r, g, b] = video.at(4, x, 32);
      expect(g - Math.max(r, b), `at ${x}: ${r} ${g} ${b}`).toBeLessThan(6);
    }
  });
});

describe('a view', () => {
  const view = (changes: Partial<EffectOf<'VIEW'>>): ClipEffect => ({
    kind: 'VIEW',
    scale: 2,
    x: 0.5,
    y: 0.5,
    ...changes,
  });

  it('shows a part of the box around its middle', async () => {
    const video = await frames([view({ x: 0.25, y: 0.75 })], 'grid.png');
    for (const [x, y] of [
      [8, 8],
      [48, 32],
      [88, 56],
    ] as const) {
      const [r, g] = video.at(0, x, y);
      // Half of each distance from the part's left upper corner.
      expect(Math.abs(r - (16 + 2 * (x / 2)))).toBeLessThan(4);
      expect(Math.abs(g - (16 + 3 * (32 + y / 2)))).toBeLessThan(5);
    }
  });

  it('moves, in every section as in the whole', async () => {
    const moving = view({
      x: [
        { at: 0, value: 0.25 },
        { at: 9, value: 0.75 },
      ],
    });
    const whole = await frames([moving], 'grid.png');
    const part = await frames([moving], 'grid.png', { section: { startFrame: 4, frames: 3 } });
    expect(part.count).toBe(3);
    const size = WIDTH * HEIGHT * 3;
    expect(part.bytes.equals(whole.bytes.subarray(4 * size, 7 * size))).toBe(true);
    expect(whole.at(9, 48, 32)[0] - whole.at(0, 48, 32)[0]).toBeGreaterThan(85);
  });
});

describe('a LUT', () => {
  const NEGATIVE = [
    'TITLE "Negative; with red and green exchanged"',
    'LUT_3D_SIZE 2',
    ...[0, 1].flatMap((b) => [0, 1].flatMap((g) => [0, 1].map((r) => `${1 - g} ${1 - r} ${1 - b}`))),
  ].join('\n');

  const formOf = (name: string): Form => {
    const lut = { uri: name, field: 'spec.lut_uri' };
    const clip = clipOf('patches.png', [{ kind: 'LUT', asset: lut }]);
    return {
      inputs: [
        { role: 'visual', asset: clip.asset, untilUs: 1_000_000, box: { width: WIDTH, height: HEIGHT } },
        { role: 'lut', asset: lut },
      ],
      compose: () => ({ compositions: [compositionOf(clip)], warnings: [] }),
    };
  };
  const write = (name: string, content: string) => writeFile(path.join(bench.media.folder, name), content);

  it('is read from a .cube file and changes colours as it says', async () => {
    await write('negative.cube', NEGATIVE);
    const { file } = await bench.render(formOf('negative.cube'));
    const video = await readVideo(file);
    for (const [row, column] of [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 2],
    ] as const) {
      const { r, g, b } = rgb(PATCHES[row]![column]!);
      const wanted = [255 - g, 255 - r, 255 - b].map((v) => v.toString(16).padStart(2, '0')).join('');
      expect(colorDistance(video.colorAt(5, (column + 0.5) / 6, (row + 0.5) / 4), wanted)).toBeLessThan(8);
    }
  });

  it.each([
    ['text.cube', 'Hello', 'INPUT_NOT_SUPPORTED', 'LUT_3D_SIZE is missing'],
    ['empty.cube', '', 'INPUT_EMPTY', 'empty'],
    ['one.cube', 'LUT_1D_SIZE 2\n0 0 0\n1 1 1', 'INPUT_NOT_SUPPORTED', '1D LUT'],
    ['large.cube', 'LUT_3D_SIZE 128', 'INPUT_NOT_SUPPORTED', '2 to 65'],
    ['short.cube', NEGATIVE.slice(0, -6), 'INPUT_DAMAGED', 'cut off'],
    ['long.cube', `${NEGATIVE}\n0 0 0`, 'INPUT_DAMAGED', 'line 11'],
    ['word.cube', NEGATIVE.replace('1 1 1', '1 nan 1'), 'INPUT_DAMAGED', 'line 3'],
    ['domain.cube', `DOMAIN_MAX 2 2 2\n${NEGATIVE}`, 'INPUT_NOT_SUPPORTED', 'domain'],
    ['keyword.cube', `${NEGATIVE}\nLUT_IN_VIDEO_RANGE`, 'INPUT_NOT_SUPPORTED', 'line 11'],
    ['huge.cube', `#${'x'.repeat(9 * 1024 * 1024)}`, 'INPUT_TOO_LARGE', '8 MiB'],
  ])('is refused with the field: %s', async (name, content, reason, message) => {
    await write(name, content);
    const failure = await bench.failure(formOf(name));
    expect(failure).toMatchObject({ reason, field: 'spec.lut_uri' });
    expect(failure.message).toContain(message);
  });
});

describe('a chroma key', () => {
  const key = (changes: Partial<EffectOf<'CHROMA_KEY'>> = {}): ClipEffect => ({
    kind: 'CHROMA_KEY',
    color: rgb('00B140'),
    similarity: 0.1,
    blend: 0.05,
    despill: false,
    ...changes,
  });

  it('makes its colour transparent on any layer, and nothing else', async () => {
    const over = await rawFrames(bench, compositionOf(clipOf('grid.png', []), clipOf('screen.png', [key()])));
    const [r, g, b] = over.at(3, 10, 50);
    expect(Math.abs(r - (16 + 20)) + Math.abs(g - (16 + 150)) + Math.abs(b - 100)).toBeLessThan(9);
    expect(colorDistance(over.at(3, 48, 40), 'C81E1E')).toBeLessThan(4);
    const alone = await frames([key()], 'screen.png');
    expect(colorDistance(alone.at(3, 10, 10), '606060')).toBeLessThan(3);
    expect(colorDistance(alone.at(3, 48, 40), 'C81E1E')).toBeLessThan(4);
  });

  it('takes the colour by BT.709: a narrow key finds exactly it', async () => {
    const narrow = await frames([key({ similarity: 0.012, blend: 0 })], 'screen.png');
    expect(colorDistance(narrow.at(3, 10, 10), '606060')).toBeLessThan(3);
    const other = await frames([key({ color: rgb('C8B41E'), similarity: 0.012, blend: 0 })], 'screen.png');
    expect(colorDistance(other.at(3, 10, 10), '00B140')).toBeLessThan(4);
  });

  it('keeps what was transparent before', async () => {
    const video = await rawFrames(
      bench,
      compositionOf(clipOf('edge.png', []), clipOf('disc.png', [key({ color: rgb('0000FF') })])),
    );
    expect(colorDistance(video.at(3, 4, 4), '202020')).toBeLessThan(4);
    expect(colorDistance(video.at(3, 48, 32), 'C8B41E')).toBeLessThan(5);
  });

  it('takes the light of a green screen off what is left, and leaves other colours', async () => {
    await png('spill.png', (x) => rgb(x < 48 ? '70A070' : 'C81E1E'));
    const [plain, clean] = await Promise.all([
      frames([key({ similarity: 0.01, blend: 0 })], 'spill.png'),
      frames([key({ similarity: 0.01, blend: 0, despill: true })], 'spill.png'),
    ]);
    expect(plain.at(2, 20, 30)[1] - clean.at(2, 20, 30)[1]).toBeGreaterThan(30);
    expect(colorDistance(clean.at(2, 70, 30), 'C81E1E')).toBeLessThan(4);
  });

  it('can be blurred and adjusted afterwards', async () => {
    const video = await rawFrames(
      bench,
      compositionOf(
        clipOf('edge.png', []),
        clipOf('screen.png', [key(), { kind: 'BLUR', sigma: 3 }, { kind: 'COLOR', ...PLAIN, saturation: 0.5 }]),
      ),
    );
    for (let x = 4; x < 92; x += 1) {
      const [r, g, b] = video.at(2, x, 40);
      expect(g - Math.max(r, b), `at ${x}`).toBeLessThan(6);
    }
  });
});
