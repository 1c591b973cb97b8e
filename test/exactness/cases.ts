import fc from 'fast-check';
import type { Key, PaintedClip, PaintedTimeline, Rgb, Source } from './painter.js';

/** Files of the cases. */
export const VIDEOS = [
  { uri: 'count-25.mp4', rate: 25, rateText: '25', frames: 150, size: { width: 160, height: 96 } },
  {
    uri: 'count-2997.mp4',
    rate: 30_000 / 1_001,
    rateText: '30000/1001',
    frames: 180,
    size: { width: 96, height: 128 },
  },
  { uri: 'count-60.mp4', rate: 60, rateText: '60', frames: 360, size: { width: 128, height: 72 } },
] as const;

export const IMAGES = [
  { uri: 'wide.png', size: { width: 200, height: 80 } },
  { uri: 'tall.png', size: { width: 90, height: 150 } },
] as const;

export const QUARTERS = [
  [200, 60, 40],
  [40, 160, 70],
  [50, 70, 190],
  [210, 190, 60],
] as const satisfies readonly [Rgb, Rgb, Rgb, Rgb];

/** Each of a video's frames has a colour that its neighbours do not have; 16 apart in the red, and in the green by the sixteen before. */
export function frameColor(frame: number): Rgb {
  return [24 + 13 * (frame % 16), 40 + 14 * (Math.floor(frame / 16) % 14), 90 + 60 * (frame % 2)];
}

const RATES = ['24000/1001', '24', '25', '30000/1001', '30', '50', '60000/1001', '60'] as const;
const CANVASES = [
  [320, 180],
  [180, 320],
  [258, 146],
] as const;

const percent = (min: number, max: number) => fc.integer({ min, max });
const channel = fc.integer({ min: 20, max: 235 });
const rgb = fc.tuple(channel, channel, channel);

const source: fc.Arbitrary<Source> = fc.oneof(
  rgb.map((color): Source => ({ kind: 'surface', color, alpha: 1 })),
  fc
    .record({ degrees: fc.constantFrom(0, 90, 135, 180, 217), from: rgb, to: rgb })
    .map((gradient): Source => ({ kind: 'gradient', ...gradient })),
  fc.constantFrom(...IMAGES).map((image): Source => ({ kind: 'image', ...image, quarters: QUARTERS })),
  fc
    .record({
      video: fc.constantFrom(...VIDEOS),
      trim: fc.constantFrom(0, 0.2, 0.52),
      speed: fc.constantFrom(1, 1, 0.5, 1.5, 2),
      reverse: fc.constantFrom(false, false, false, true),
    })
    .map(({ video, trim, speed, reverse }): Source => ({
      ...{
        kind: 'video',
        uri: video.uri,
        size: video.size,
        rate: video.rate,
        colorOf: frameColor,
        trimStart: trim,
        speed,
        reverse,
      },
    })),
);

const drawnClip = fc.record({
  source,
  // Longer than the fades on both sides.
  milliseconds: fc.integer({ min: 420, max: 900 }),
  gap: fc.constantFrom(0, 0, 0.13, 0.3),
  whole: fc.boolean(),
  box: fc.record({ x: percent(0, 100), y: percent(0, 100), width: percent(20, 90), height: percent(20, 90) }),
  fit: fc.constantFrom<PaintedClip['fit'][]>('COVER', 'CONTAIN', 'FILL'),
  focus: fc.constantFrom({ x: 50, y: 50 }, { x: 10, y: 100 }, { x: 60, y: 35 }),
  rotation: fc.constantFrom(0, 0, 0, 45, -30, 180),
  flipHorizontal: fc.boolean(),
  flipVertical: fc.boolean(),
  opacity: fc.constantFrom(1, 1, 0.5, 0.25),
  blend: fc.constantFrom<PaintedClip['blend'][]>(
    'NORMAL',
    'NORMAL',
    'NORMAL',
    'MULTIPLY',
    'SCREEN',
    'DIFFERENCE',
    'DARKEN',
    'ADD',
  ),
  moves: fc.constantFrom<Key['property'][]>('OPACITY', 'X', 'Y', 'WIDTH', 'ROTATION'),
  isMoving: fc.boolean(),
  easing: fc.constantFrom<Key['easing'][]>('linear', 'ease-in-out', 'step-end'),
  fade: fc.boolean(),
});

type DrawnClip = typeof drawnClip extends fc.Arbitrary<infer T> ? T : never;

/** A timeline by chance, together with its second reading. */
export const timelines: fc.Arbitrary<PaintedTimeline & { readonly rateText: string }> = fc
  .record({
    rateText: fc.constantFrom(...RATES),
    canvas: fc.constantFrom(...CANVASES),
    background: rgb,
    tracks: fc.array(fc.array(drawnClip, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ rateText, canvas: [width, height], background, tracks }) => {
    const [num = 1, den = 1] = rateText.split('/').map(Number);
    const rate = num / den;
    return { rateText, rate, width, height, background, tracks: tracks.map((clips) => placed(clips, rate)) };
  });

/** One after another, with gaps and fades between them. */
function placed(clips: readonly DrawnClip[], rate: number): PaintedClip[] {
  const made: PaintedClip[] = [];
  for (const drawn of clips) {
    const before = made.at(-1);
    // Both in one layer: a fade of clips that are mixed in another way has no meaning of its own.
    const blend = before && drawn.fade ? before.blend : drawn.blend;
    const fade = before && drawn.fade ? 0.2 : 0;
    const start = (before?.end ?? 0) + (fade > 0 ? -fade : drawn.gap);
    const end = start + drawn.milliseconds / 1_000;
    const frames = Math.round(end * rate) - Math.round(start * rate);
    const box = drawn.whole ? { x: 50, y: 50, width: 100, height: 100 } : drawn.box;
    const { source: shown, fit, focus, rotation, flipHorizontal, flipVertical, opacity } = drawn;
    const look = { fit, focus, rotation, flipHorizontal, flipVertical, opacity, blend };
    const clip = { source: shown, start, end, box, ...look, fade };
    made.push({ ...clip, keys: drawn.isMoving ? keysOf(drawn, box, frames) : [] });
  }
  return made;
}

/** Across the whole clip, and a while of standing still. */
function keysOf(
  { moves: property, easing, opacity, rotation }: DrawnClip,
  box: PaintedClip['box'],
  frames: number,
): Key[] {
  const [from, to] = {
    OPACITY: [opacity, 1 - opacity / 2],
    X: [box.x, 100 - box.x],
    Y: [box.y, box.y / 2],
    WIDTH: [box.width, box.width / 2 + 10],
    HEIGHT: [box.height, box.height / 2],
    ROTATION: [rotation, rotation + 50],
  }[property] as [number, number];
  return [
    { property, frame: 1, value: from, easing: 'linear' },
    { property, frame: Math.max(2, Math.floor(frames * 0.8)), value: to, easing },
  ];
}
