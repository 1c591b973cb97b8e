import fc from 'fast-check';
import { IMAGES, SOUNDS, VIDEOS } from './case-media.js';
import {
  type Appearance,
  type AppearanceKind,
  boundary,
  type HeardClip,
  type Key,
  type Matte,
  type Motion,
  type PaintedClip,
  type PaintedTimeline,
  type Size,
  type Source,
  type TextSource,
  type TransitionKind,
} from './shapes.js';

const RATES = ['24000/1001', '24', '25', '30000/1001', '30', '50', '60000/1001', '60'] as const;
const CANVASES = [
  { width: 320, height: 180 },
  { width: 180, height: 320 },
  { width: 258, height: 146 },
] as const;
const NESTED_CANVASES = [
  { width: 160, height: 120 },
  { width: 146, height: 200 },
] as const;

/** From one clip to the next. */
const WAYS: readonly TransitionKind[] = [
  ...(['wipeleft', 'wiperight', 'wipeup', 'wipedown', 'circleopen', 'circleclose'] as const),
  ...(['slideleft', 'slideright', 'slideup', 'slidedown'] as const),
];

const percent = (min: number, max: number) => fc.integer({ min, max });
const channel = fc.integer({ min: 20, max: 235 });
const rgb = fc.tuple(channel, channel, channel);

const surface = fc
  .record({ color: rgb, alpha: fc.constantFrom(1, 1, 0.4) })
  .map((drawn): Source => ({ kind: 'surface', ...drawn }));
const gradient = fc
  .record({ degrees: fc.constantFrom(0, 90, 135, 180, 217), from: rgb, to: rgb })
  .map((drawn): Source => ({ kind: 'gradient', ...drawn }));
const image = fc.constantFrom(...IMAGES).map((drawn): Source => ({ kind: 'image', ...drawn }));
const channels = fc.constantFrom<HeardClip['channels'][]>('STEREO', 'STEREO', 'LEFT', 'RIGHT', 'MONO', 'SWAP');
const gainDb = fc.constantFrom(0, 0, -6, 3);
const video = fc
  .record({
    video: fc.constantFrom(...VIDEOS),
    trimStart: fc.constantFrom(0, 0.2, 0.52),
    speed: fc.constantFrom(1, 1, 1, 0.25, 0.5, 1.5, 2, 4),
    reverse: fc.constantFrom(false, false, false, true),
    ...{ isMuted: fc.constantFrom(false, false, true), channels, gainDb },
  })
  .map(({ video: { uri, size, rate, timeOf, colorOf, sound }, isMuted, ...drawn }): Source => ({
    ...{ kind: 'video', uri, size, rate, timeOf, colorOf, sound, ...drawn },
    // Where beeps are at other speeds is the matter of a test of its own.
    isMuted: isMuted || drawn.speed !== 1,
  }));

/** Sizes are shares of the em, which is as large as the box allows. */
interface DrawnText {
  readonly kind: 'drawn-text';
  readonly lines: readonly string[];
  readonly lineHeight: number;
  readonly letterSpacing: number;
  readonly padding: number;
  readonly align: TextSource['align'];
  readonly verticalAlign: TextSource['verticalAlign'];
  readonly color: TextSource['color'];
  readonly background: TextSource['background'];
}

const text: fc.Arbitrary<DrawnText> = fc.record({
  kind: fc.constant('drawn-text' as const),
  lines: fc.constantFrom(['XX X'], ['X'], ['X', 'XXX'], ['X X', 'X']),
  ...{ lineHeight: fc.constantFrom(1.25, 1.25, 1, 1.6), letterSpacing: fc.constantFrom(0, 0, 0.2) },
  padding: fc.constantFrom(0, 0.25, 0.5),
  align: fc.constantFrom<TextSource['align'][]>('CENTER', 'LEFT', 'RIGHT'),
  verticalAlign: fc.constantFrom<TextSource['verticalAlign'][]>('MIDDLE', 'TOP', 'BOTTOM'),
  ...{ color: rgb, background: rgb },
});

interface DrawnNested {
  readonly kind: 'drawn-nested';
  readonly size: Size;
  readonly tracks: readonly (readonly DrawnClip[])[];
  readonly trimFrames: number;
}

type DrawnSource = Source | DrawnText | DrawnNested;

interface DrawnMatte extends Omit<Matte, 'picture'> {
  readonly picture: DrawnNested;
}

interface DrawnClip {
  readonly source: DrawnSource;
  readonly matte: DrawnMatte | null;
  readonly milliseconds: number;
  readonly gap: number;
  readonly whole: boolean;
  readonly box: PaintedClip['box'];
  readonly look: Pick<
    PaintedClip,
    'fit' | 'focus' | 'rotation' | 'flipHorizontal' | 'flipVertical' | 'opacity' | 'blend' | 'cornerRadius' | 'border'
  >;
  readonly moves: Key['property'];
  readonly isMoving: boolean;
  readonly easing: Key['easing'];
  readonly transition: TransitionKind | null;
  readonly enter: Appearance | null;
  readonly exit: Appearance | null;
  readonly motion: Motion | null;
}

const appearance = fc.oneof(
  { arbitrary: fc.constant(null), weight: 3 },
  {
    arbitrary: fc
      .record({
        kind: fc.constantFrom<AppearanceKind[]>(
          ...(['FADE', 'ZOOM', 'SLIDE_LEFT', 'SLIDE_RIGHT', 'SLIDE_UP', 'SLIDE_DOWN'] as const),
          ...(['WIPE_LEFT', 'WIPE_RIGHT', 'WIPE_UP', 'WIPE_DOWN'] as const),
        ),
        seconds: fc.constantFrom(0.1, 0.2),
        easing: fc.constantFrom<Appearance['easing'][]>(null, null, 'linear', 'ease-in-out'),
      })
      .map((drawn): Appearance => (drawn.kind.startsWith('WIPE') ? { ...drawn, easing: null } : drawn)),
    weight: 2,
  },
);

const motion = fc.oneof(
  { arbitrary: fc.constant(null), weight: 3 },
  {
    arbitrary: fc.record({
      kind: fc.constantFrom<Motion['kind'][]>('ZOOM_IN', 'ZOOM_OUT', 'PAN_LEFT', 'PAN_RIGHT', 'PAN_UP', 'PAN_DOWN'),
      strength: fc.constantFrom(0.15, 0.5, 1),
      focus: fc.constantFrom({ x: 50, y: 50 }, { x: 0, y: 100 }, { x: 70, y: 25 }),
    }),
    weight: 1,
  },
);

function clipOf(source: fc.Arbitrary<DrawnSource>, matte: fc.Arbitrary<DrawnMatte | null>): fc.Arbitrary<DrawnClip> {
  return fc.record({
    ...{ source, matte },
    // Longer than what happens at both of its ends.
    milliseconds: fc.integer({ min: 420, max: 900 }),
    gap: fc.constantFrom(0, 0, 0.13, 0.3),
    whole: fc.boolean(),
    box: fc.record({ x: percent(0, 100), y: percent(0, 100), width: percent(20, 90), height: percent(20, 90) }),
    look: fc.record({
      fit: fc.constantFrom<PaintedClip['fit'][]>('COVER', 'COVER', 'CONTAIN', 'FILL', 'NONE', 'SCALE_DOWN'),
      focus: fc.constantFrom({ x: 50, y: 50 }, { x: 10, y: 100 }, { x: 60, y: 35 }),
      rotation: fc.constantFrom(0, 0, 0, 90, 45, -30, 180),
      ...{ flipHorizontal: fc.boolean(), flipVertical: fc.boolean() },
      opacity: fc.constantFrom(1, 1, 0.5, 0.25),
      cornerRadius: fc.constantFrom(0, 0, 0, 0, 120, 2_160),
      // Wide ones, so that places in them are clear.
      border: fc.oneof(
        { arbitrary: fc.constant(null), weight: 5 },
        { arbitrary: fc.record({ width: fc.constantFrom(120, 173), color: rgb }), weight: 1 },
      ),
      blend: fc.constantFrom<PaintedClip['blend'][]>(
        ...(['NORMAL', 'NORMAL', 'NORMAL', 'MULTIPLY', 'SCREEN', 'DIFFERENCE', 'DARKEN', 'ADD'] as const),
      ),
    }),
    moves: fc.constantFrom<Key['property'][]>('OPACITY', 'X', 'Y', 'WIDTH', 'HEIGHT', 'ROTATION'),
    isMoving: fc.boolean(),
    easing: fc.constantFrom<Key['easing'][]>('linear', 'ease-in-out', 'step-end'),
    transition: fc.oneof(fc.constant(null), fc.constant('fade' as const), fc.constantFrom(...WAYS)),
    ...{ enter: appearance, exit: appearance, motion },
  });
}

function nestedOf(source: fc.Arbitrary<DrawnSource>): fc.Arbitrary<DrawnNested> {
  const clip = clipOf(source, fc.constant(null));
  return fc.record({
    kind: fc.constant('drawn-nested' as const),
    size: fc.constantFrom(...NESTED_CANVASES),
    tracks: fc.array(fc.array(clip, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
    trimFrames: fc.constantFrom(0, 0, 3),
  });
}

const leaf = fc.oneof(surface, gradient, image, text, { arbitrary: video, weight: 2 });
const nested = nestedOf(leaf);
const matte = fc.record({
  picture: nestedOf(fc.oneof(surface, gradient, image)),
  by: fc.constantFrom<Matte['by'][]>('LUMA', 'ALPHA'),
  inverted: fc.boolean(),
});
const drawnClip = clipOf(
  fc.oneof({ arbitrary: leaf, weight: 9 }, { arbitrary: nested, weight: 1 }),
  fc.oneof({ arbitrary: fc.constant(null), weight: 7 }, { arbitrary: matte, weight: 1 }),
);

const sound = fc
  .record({
    file: fc.constantFrom(...SOUNDS),
    ...{ start: fc.constantFrom(0, 0.11, 0.5), seconds: fc.constantFrom(0.7, 1, 1.3) },
    ...{ trimStart: fc.constantFrom(0, 0.2, 0.37), gainDb, channels },
    ...{ fadeIn: fc.constantFrom(0, 0, 0.3), fadeOut: fc.constantFrom(0, 0, 0.25) },
    play: fc.constantFrom('ONCE', 'LOOP', 'REVERSE'),
  })
  .map(({ seconds, play, ...drawn }): HeardClip => ({
    ...{ ...drawn, end: drawn.start + seconds },
    ...{ loop: play === 'LOOP', reverse: play === 'REVERSE' },
  }));

export type TimelineCase = PaintedTimeline & { readonly rateText: string };

/** A timeline by chance, together with its second reading. */
export const timelines: fc.Arbitrary<TimelineCase> = fc
  .record({
    rateText: fc.constantFrom(...RATES),
    canvas: fc.constantFrom(...CANVASES),
    background: fc.oneof({ arbitrary: rgb, weight: 7 }, { arbitrary: fc.constant(null), weight: 1 }),
    tracks: fc.array(fc.array(drawnClip, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    sounds: fc.array(sound, { maxLength: 2 }),
  })
  .map(({ rateText, canvas, background, tracks, sounds }) => {
    const [num = 1, den = 1] = rateText.split('/').map(Number);
    const rate = num / den;
    const placedTracks = tracks.map((clips) => placed(clips, rate, canvas));
    return { rateText, rate, ...canvas, background, tracks: placedTracks, sounds };
  });

/** One after another, with gaps and transitions between them. */
function placed(clips: readonly DrawnClip[], rate: number, canvas: Size): PaintedClip[] {
  const made: PaintedClip[] = [];
  for (const [i, drawn] of clips.entries()) {
    const before = made.at(-1);
    const transition = before && drawn.transition ? { kind: drawn.transition, seconds: 0.2 } : null;
    // Both in one layer: a transition of clips that are mixed in another way has no meaning of its own.
    const blend = before && transition ? before.blend : drawn.look.blend;
    const start = (before?.end ?? 0) + (transition ? -transition.seconds : drawn.gap);
    const end = start + drawn.milliseconds / 1_000;
    const frames = boundary(end, rate) - boundary(start, rate);
    const box = drawn.whole ? { x: 50, y: 50, width: 100, height: 100 } : drawn.box;
    const source = sourceOf(drawn.source, rate, canvas, box);
    // A clip with a transition comes and goes by it.
    const enter = transition ? null : drawn.enter;
    const exit = clips[i + 1]?.transition ? null : drawn.exit;
    const shown = drawn.matte && { ...drawn.matte, picture: nestedSource(drawn.matte.picture, rate) };
    const clip = {
      source,
      start,
      end,
      box,
      ...drawn.look,
      blend,
      transition,
      enter,
      exit,
      motion: drawn.motion,
      matte: shown,
    };
    made.push({ ...clip, keys: drawn.isMoving ? keysOf(drawn, box, frames) : [] });
  }
  return made;
}

function sourceOf(drawn: DrawnSource, rate: number, canvas: Size, box: PaintedClip['box']): Source {
  if (drawn.kind === 'drawn-text') return textOf(drawn, canvas, box);
  if (drawn.kind === 'drawn-nested') return nestedSource(drawn, rate);
  return drawn;
}

function nestedSource({ size, tracks, trimFrames }: DrawnNested, rate: number) {
  return { kind: 'nested' as const, size, trimFrames, tracks: tracks.map((clips) => placed(clips, rate, size)) };
}

/** As large as its box allows, and somewhat less, so that nothing is wrapped or made smaller. */
function textOf(
  { lineHeight, letterSpacing, padding, ...drawn }: DrawnText,
  canvas: Size,
  box: PaintedClip['box'],
): TextSource {
  const longest = Math.max(...drawn.lines.map((line) => line.length)) * (1 + letterSpacing);
  const [width, height] = [(box.width / 100) * canvas.width, (box.height / 100) * canvas.height];
  const em = 0.8 * Math.min(width / (longest + 2 * padding), height / (drawn.lines.length * lineHeight + 2 * padding));
  const fontSize = Math.min(1_000, Math.round((em * 1080 * 10) / Math.min(canvas.width, canvas.height)) / 10);
  const share = (of: number) => Math.round(fontSize * of * 10) / 10;
  return { ...drawn, kind: 'text', fontSize, lineHeight, letterSpacing: share(letterSpacing), padding: share(padding) };
}

/** Across the whole clip, and a while of standing still. */
function keysOf({ moves, easing, look, source }: DrawnClip, box: PaintedClip['box'], frames: number): Key[] {
  // A text is wrapped by its box.
  const property = source.kind === 'drawn-text' && (moves === 'WIDTH' || moves === 'HEIGHT') ? 'X' : moves;
  const { opacity, rotation } = look;
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
