import { converter, differenceCiede2000, type Rgb } from 'culori';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { montageOf } from '../../support/montage.js';
import { readVideo } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

type Triple = readonly [number, number, number];

/** Patches of displayed light in BT.709 primaries, in cd/m²: greys up to the peak, and colours. */
const PATCHES: readonly Triple[] = [
  [203, 203, 203],
  [100, 100, 100],
  [20, 20, 20],
  [600, 600, 600],
  [1000, 1000, 1000],
  [150, 30, 20],
  [20, 120, 30],
  [20, 30, 150],
  [200, 160, 30],
  [700, 300, 100],
];
const CELL = 32;
const WIDTH = CELL * PATCHES.length;
const HEIGHT = 160;

const TO_BT2020 = [
  [0.627404, 0.329283, 0.043313],
  [0.069097, 0.91954, 0.011362],
  [0.016391, 0.088013, 0.895595],
] as const;
const TO_P3 = [
  [0.822462, 0.177538, 0],
  [0.033194, 0.966806, 0],
  [0.017083, 0.072397, 0.91052],
] as const;

const times = (matrix: readonly Triple[], v: Triple): Triple => {
  const row = ([a, b, c]: Triple) => a * v[0] + b * v[1] + c * v[2];
  return [row(matrix[0]!), row(matrix[1]!), row(matrix[2]!)];
};
const each = (v: Triple, change: (value: number) => number): Triple => [change(v[0]), change(v[1]), change(v[2])];

/** SMPTE ST 2084, from cd/m². */
function pq(nits: number): number {
  const y = (nits / 10_000) ** 0.1593017578125;
  return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375;
}
/** HLG for a display of 1,000 cd/m²: the inverse of its OOTF on luminance, then the OETF. */
function hlg(light: Triple): Triple {
  const luminance = (0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2]) / 1000;
  const scene = each(light, (value) => (value / 1000) * luminance ** (-0.2 / 1.2));
  return each(scene, (e) => (e <= 1 / 12 ? Math.sqrt(3 * e) : 0.17883277 * Math.log(12 * e - 0.28466892) + 0.55991073));
}

/** The mapping as the documentation states it, on light instead of on coded values and tables: EETF of BT.2390 on the largest component. */
function expected(patch: Triple): Triple {
  const largest = Math.max(...patch);
  const [peak, target] = [pq(1000), pq(203)];
  const e1 = Math.min(1, pq(largest) / peak);
  const max = target / peak;
  const ks = 1.5 * max - 0.5;
  const t = (e1 - ks) / (1 - ks);
  const e2 =
    e1 < ks
      ? e1
      : (2 * t ** 3 - 3 * t ** 2 + 1) * ks + (t ** 3 - 2 * t ** 2 + t) * (1 - ks) + (-2 * t ** 3 + 3 * t ** 2) * max;
  // The light that has the code e2: by bisection, since nothing here knows PQ's inverse.
  let [low, high] = [0, 10_000];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (pq(middle) < e2 * peak) low = middle;
    else high = middle;
  }
  return each(patch, (value) => ((value / largest) * low) / 203);
}

const gamma = (light: Triple): Triple => each(light, (value) => Math.min(1, Math.max(0, value)) ** (1 / 2.4));
const lab = converter('lab65');
const difference = differenceCiede2000();
/** ΔE 2000 between two colours coded for a BT.1886 display. */
function deltaE(a: Triple, b: Triple): number {
  const toRgb = (v: Triple): Rgb => {
    const [r, g, bl] = each(v, (value) => value ** 2.4);
    return converter('rgb')({ mode: 'lrgb', r, g, b: bl });
  };
  return difference(lab(toRgb(a)), lab(toRgb(b)));
}

interface Coding {
  readonly transfer: string;
  readonly primaries: string;
  readonly matrix: string;
  readonly range?: 'tv' | 'pc';
  readonly code: (patch: Triple) => Triple;
}
const KR_KB: Record<string, readonly [number, number]> = { bt2020nc: [0.2627, 0.0593], bt709: [0.2126, 0.0722] };

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

/** A lossless ten-bit video of the patches side by side. */
async function makeVideo(name: string, { transfer, primaries, matrix, range = 'tv', code }: Coding): Promise<void> {
  const [kr, kb] = KR_KB[matrix]!;
  // 4:2:0 already, so that nothing converts it on its way into the file.
  const planes = [1, 2, 2].map((step) => Buffer.alloc(((WIDTH * HEIGHT) / step ** 2) * 2));
  PATCHES.forEach((patch, i) => {
    const [r, g, b] = code(patch);
    const y = kr * r + (1 - kr - kb) * g + kb * b;
    const [cb, cr] = [(b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))];
    const values =
      range === 'tv' ? [64 + 876 * y, 512 + 896 * cb, 512 + 896 * cr] : [1023 * y, 512 + 1023 * cb, 512 + 1023 * cr];
    values.forEach((value, plane) => {
      const step = plane === 0 ? 1 : 2;
      for (let row = 0; row < HEIGHT / step; row += 1)
        for (let x = 0; x < CELL / step; x += 1)
          planes[plane]!.writeUInt16LE(
            Math.min(1023, Math.round(value)),
            ((row * WIDTH) / step + (i * CELL) / step + x) * 2,
          );
    });
  });
  await bench.media.file('patches.yuv', Buffer.concat(planes));
  const tags = `setparams=color_primaries=${primaries}:color_trc=${transfer}:colorspace=${matrix}:range=${range}`;
  const input = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p10le',
    '-s',
    `${WIDTH}x${HEIGHT}`,
    '-r',
    '30',
    '-i',
    bench.media.path('patches.yuv'),
  ];
  const encode = ['-c:v', 'libx265', '-x265-params', 'log-level=error:lossless=1'];
  await bench.media.make(name, [...input, '-vf', `loop=loop=29:size=1,${tags}`, '-color_range', range, ...encode]);
}

describe('the renderer', () => {
  it.each<[string, Coding, (patch: Triple) => Triple]>([
    [
      'PQ in BT.2020',
      {
        transfer: 'smpte2084',
        primaries: 'bt2020',
        matrix: 'bt2020nc',
        code: (patch) => each(times(TO_BT2020, patch), pq),
      },
      expected,
    ],
    [
      'HLG in BT.2020',
      {
        transfer: 'arib-std-b67',
        primaries: 'bt2020',
        matrix: 'bt2020nc',
        code: (patch) => hlg(times(TO_BT2020, patch)),
      },
      expected,
    ],
    [
      'SDR in BT.2020',
      {
        transfer: 'bt2020-10',
        primaries: 'bt2020',
        matrix: 'bt2020nc',
        code: (patch) =>
          gamma(
            times(
              TO_BT2020,
              each(patch, (value) => value / 1000),
            ),
          ),
      },
      (patch) => each(patch, (value) => value / 1000),
    ],
    [
      'SDR in Display P3',
      {
        transfer: 'bt709',
        primaries: 'smpte432',
        matrix: 'bt709',
        code: (patch) =>
          gamma(
            times(
              TO_P3,
              each(patch, (value) => value / 1000),
            ),
          ),
      },
      (patch) => each(patch, (value) => value / 1000),
    ],
    [
      'SDR in full range',
      {
        transfer: 'bt709',
        primaries: 'bt709',
        matrix: 'bt709',
        range: 'pc',
        code: (patch) => gamma(each(patch, (value) => value / 1000)),
      },
      (patch) => each(patch, (value) => value / 1000),
    ],
  ])('shows the right colours of %s', async (_, coding, map) => {
    await makeVideo('patches.mkv', coding);
    const { file, warnings } = await bench.render(
      montageOf(0, {
        width: WIDTH,
        height: HEIGHT,
        longestClipUs: 500_000,
        materials: [{ uri: 'patches.mkv', field: 'm' }],
      }),
    );
    expect(warnings).toEqual([]);
    const video = await readVideo(file);
    const differences = PATCHES.map((patch, i) => {
      const is = each(video.colorAt(5, (i + 0.5) / PATCHES.length, 0.5), (value) => value / 255);
      return Number(deltaE(is, gamma(map(patch))).toFixed(2));
    });
    expect(Math.max(...differences), differences.join(' ')).toBeLessThan(3);
  });
});

describe('the renderer', () => {
  it('shows interlaced videos without combs', async () => {
    // A white bar that moves by 8 pixels from field to field over black: woven together, its sides are combs.
    await bench.media.make('fields.mkv', [
      ...[
        '-f',
        'lavfi',
        '-i',
        'color=black:s=320x180:r=50:d=2[b];color=white:s=40x180:r=50:d=2[w];[b][w]overlay=x=8*n:y=0',
      ],
      ...['-vf', 'interlace=scan=tff:lowpass=off', '-c:v', 'libx264', '-flags', '+ilme+ildct', '-qp', '4'],
    ]);
    const { file } = await bench.render(
      montageOf(0, {
        width: 320,
        height: 180,
        longestClipUs: 1_000_000,
        materials: [{ uri: 'fields.mkv', field: 'm' }],
      }),
    );
    const video = await readVideo(file);
    const picture = video.frames[8]!;
    let combed = 0;
    for (let y = 20; y < 160; y += 2)
      for (let x = 0; x < 320; x += 1) {
        const [above, at, below] = [-1, 0, 1].map((dy) => picture[((y + dy) * 320 + x) * 3 + 1]!);
        if (Math.abs(at! - above!) > 100 && Math.abs(at! - below!) > 100) combed += 1;
      }
    expect(combed).toBe(0);
  });
});
