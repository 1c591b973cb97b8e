import fc from 'fast-check';
import type { Inputs, Json } from '../../support/timeline.js';

const maybe = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const time = (maxMs: number, minMs = 0) => fc.integer({ min: minMs, max: maxMs }).map((ms) => `${ms / 1000}s`);
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const percent = fc.constantFrom(0, 0.01, 10, 33.3, 50, 90, 99.9);
const color = fc.constantFrom('#000000', '#FF8000', '#00FF0040');
const uriOf = (kind: string) => fc.integer({ min: 0, max: 3 }).map((i) => `${kind}-${i}`);

const easing = maybe(fc.constantFrom('ease', 'step-start', 'step-end', 'cubic-bezier(0.1, -5, 0.9, 5)'));
const WIPES = ['KIND_WIPE_LEFT', 'KIND_WIPE_DOWN'];
const MOVES = ['KIND_FADE', 'KIND_SLIDE_LEFT', 'KIND_SLIDE_DOWN', 'KIND_ZOOM'];
const animation = fc.oneof(
  fc.record({ kind: fc.constantFrom(...MOVES), duration: maybe(time(600, 20)), easing }),
  fc.record({ kind: fc.constantFrom(...WIPES), duration: maybe(time(600, 20)) }),
);

const CHANNELS = ['CHANNELS_STEREO', 'CHANNELS_LEFT', 'CHANNELS_MONO', 'CHANNELS_SWAP'];
const curve = maybe(fc.constantFrom('FADE_CURVE_EQUAL_POWER', 'FADE_CURVE_EXPONENTIAL'));
const sound = fc
  .record({
    gainDb: number(-60, 20),
    fadeIn: maybe(time(400)),
    fadeInCurve: curve,
    fadeOut: maybe(time(400)),
    fadeOutCurve: curve,
    channels: maybe(fc.constantFrom(...CHANNELS)),
  })
  .map(({ fadeInCurve, fadeOutCurve, ...rest }) => ({
    ...rest,
    ...(rest.fadeIn && { fadeInCurve }),
    ...(rest.fadeOut && { fadeOutCurve }),
  }));
const speed = maybe(fc.constantFrom(0.25, 0.9, 1, 2, 4));
const SHORT = ['SHORT_SOURCE_FAIL', 'SHORT_SOURCE_HOLD', 'SHORT_SOURCE_LOOP'];
const flat: fc.Arbitrary<Json>[] = [
  fc
    .record({
      uri: uriOf('video'),
      trimStart: maybe(time(500)),
      speed,
      shortSource: maybe(fc.constantFrom(...SHORT)),
      reverse: maybe(fc.boolean()),
      sound: maybe(sound),
    })
    .map((video) => (video.reverse ? { ...video, shortSource: undefined } : video))
    .map((video) => ({ video })),
  fc
    .record({ uri: uriOf('video'), trimStart: maybe(time(500)), freeze: fc.constant(true) })
    .map((video) => ({ video })),
  uriOf('image').map((uri) => ({ image: { uri } })),
  fc
    .record({
      uri: uriOf('audio'),
      trimStart: maybe(time(500)),
      speed,
      reverse: maybe(fc.boolean()),
      sound: maybe(sound),
    })
    .map((audio) => ({ audio })),
  fc
    .record({
      text: fc.constantFrom('One two\nthree', 'مرحبا بالعالم', '👨‍👩‍👧', '\n\n', ' '),
      animation: maybe(
        fc.record({
          by: fc.constantFrom('BY_WORD', 'BY_CHARACTER', 'BY_LINE'),
          interval: maybe(time(80, 10)),
          enter: maybe(animation),
        }),
      ),
    })
    .map((text) => ({ text })),
  color.map((value) => ({ color: { color: value } })),
  fc.constant({ gradient: { stops: [{ color: '#000000' }, { at: 1, color: '#FFFFFF' }] } }),
];

/** Timelines of such assets, and of such timelines. */
function nestedAsset(depth: number): fc.Arbitrary<Json> {
  const inner = depth === 0 ? fc.oneof(...flat) : fc.oneof(...flat, nestedAsset(depth - 1));
  const clip = fc.record({ asset: inner, duration: maybe(time(2_000, 40)), start: maybe(time(3_000)) });
  const tracks = fc.array(
    fc.record({
      clips: clip.map(({ asset: shown, ...times }) => [{ ...shown, ...times }]),
      gainDb: maybe(number(-60, 20)),
      muted: maybe(fc.boolean()),
    }),
    { minLength: 1, maxLength: 2 },
  );
  return fc
    .record({
      tracks,
      width: maybe(fc.constantFrom(16, 98)),
      trimStart: maybe(time(700)),
      gainDb: maybe(number(-60, 20)),
    })
    .map((timeline) => ({ timeline }));
}

const asset: fc.Arbitrary<Json> = fc.oneof(
  ...flat,
  uriOf('subtitles').map((uri) => ({ subtitles: { uri } })),
  nestedAsset(1),
);

const keyframes = fc
  .record({
    property: fc.constantFrom(
      'PROPERTY_X',
      'PROPERTY_Y',
      'PROPERTY_WIDTH',
      'PROPERTY_HEIGHT',
      'PROPERTY_OPACITY',
      'PROPERTY_ROTATION',
      'PROPERTY_GAIN_DB',
      'PROPERTY_BLUR',
    ),
    keys: fc.array(fc.record({ stepMs: fc.integer({ min: 10, max: 700 }), share: number(0, 1), easing }), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ property, keys }) => {
    let ms = 0;
    return keys.map(({ stepMs, share, easing: by }) => {
      const key = { property, time: `${ms / 1000}s`, value: share, easing: by };
      ms += stepMs;
      return key;
    });
  });

const box = fc.record({
  x: maybe(percent),
  y: maybe(percent),
  width: maybe(percent.map((size) => size + 0.1)),
  height: maybe(percent.map((size) => size + 0.1)),
});
const look = fc.record({
  layout: maybe(fc.record({ box: maybe(box), anchor: maybe(fc.constantFrom('ANCHOR_CENTER', 'ANCHOR_RIGHT')) })),
  opacity: maybe(number(0, 1)),
  rotation: maybe(fc.constantFrom(90, 3600, 33)),
  cornerRadius: maybe(fc.constantFrom(5, 2160)),
  border: maybe(fc.constant({})),
  shadow: maybe(fc.constant({})),
  blend: maybe(fc.constantFrom('BLEND_MODE_SCREEN', 'BLEND_MODE_NORMAL')),
  motion: maybe(
    fc.record({
      kind: fc.constantFrom('KIND_PAN_LEFT', 'KIND_ZOOM_IN'),
      focus: maybe(fc.record({ x: percent, y: percent })),
    }),
  ),
  enter: maybe(animation),
  exit: maybe(animation),
  matte: maybe(fc.tuple(nestedAsset(0), fc.boolean()).map(([timeline, inverted]) => ({ ...timeline, inverted }))),
  transition: maybe(
    fc.record({
      kind: maybe(fc.constantFrom('fade', 'circleopen')),
      duration: maybe(time(500, 20)),
      audioCurve: curve,
    }),
  ),
});

/** By how many clips away another clip is named. */
const away = fc.integer({ min: 1, max: 5 });
const clip = fc.record({
  asset,
  begin: fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ start: time(4_000) }) },
    { weight: 1, arbitrary: fc.record({ startWith: away, offset: maybe(time(500)) }) },
    { weight: 1, arbitrary: fc.record({ startAfter: away }) },
  ),
  length: fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 6, arbitrary: fc.record({ duration: time(2_500, 40) }) },
    { weight: 1, arbitrary: fc.record({ sameAs: away }) },
    { weight: 1, arbitrary: fc.constant({ toEnd: true }) },
  ),
  look,
  keys: maybe(fc.array(keyframes, { maxLength: 2 })),
});
type AnyClip = typeof clip extends fc.Arbitrary<infer Value> ? Value : never;

/** A clip without most of what is refused beside its neighbours. */
function clipOf(
  { asset: shown, begin, length, look: looks, keys = [] }: AnyClip,
  index: number,
  { before, all }: { readonly before: Json | null; readonly all: number },
): Json {
  const named = (fields: Json) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'number' ? `c${(index + value) % all}` : value,
      ]),
    );
  const { transition, enter, exit, ...still } = looks;
  const joined = before !== null && 'image' in shown && ('image' in before || 'color' in before);
  const moves = joined ? { transition, blend: before.blend } : { enter, exit };
  const isSeen = !('audio' in shown || 'subtitles' in shown);
  return {
    ...shown,
    id: `c${index}`,
    ...named(begin),
    ...named(length),
    ...(isSeen ? { ...still, ...moves, keyframes: keys.flat() } : {}),
  };
}

/** JSON knows no `undefined`. */
function defined<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

const RATES = ['1', '10', '24000/1001', '25', '30', '120'];

/** Timelines of parts that are right by themselves; together they may be impossible. */
export const anyTimeline: fc.Arbitrary<Json> = fc
  .record({
    canvas: fc.record({
      width: fc.constantFrom(16, 320),
      height: fc.constantFrom(16, 180),
      frameRate: fc.constantFrom(...RATES),
    }),
    duration: maybe(time(5_000, 20)),
    tracks: fc.array(
      fc.record({ clips: fc.array(clip, { minLength: 1, maxLength: 3 }), gainDb: maybe(number(-60, 20)) }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ tracks, ...rest }) => {
    const all = tracks.reduce((sum, { clips }) => sum + clips.length, 0);
    let index = 0;
    const numbered = tracks.map(({ clips, ...track }) => {
      let before: Json | null = null;
      return { ...track, clips: clips.map((drawn) => (before = clipOf(drawn, index++, { before, all }))) };
    });
    return { ...rest, tracks: numbered };
  })
  .map(defined);

const lengths = fc.integer({ min: 1, max: 3_000 }).map((ms) => ms / 1000);

/** Facts about every input that `anyTimeline` names. */
export const anyInputs: fc.Arbitrary<Inputs> = fc
  .record({
    videos: fc.array(lengths, { minLength: 4, maxLength: 4 }),
    audios: fc.array(lengths, { minLength: 4, maxLength: 4 }),
    silent: fc.boolean(),
    startUs: fc.integer({ min: 0, max: 3_000_000 }),
  })
  .map(({ videos, audios, silent, startUs }) => ({
    visual: {
      ...entries('video', videos),
      ...entries('image', ['image', 'image', 'image', 'image'] as const),
    },
    audio: { ...entries('audio', audios), ...(silent ? {} : entries('video', videos)) },
    cues: entries(
      'subtitles',
      videos.map((seconds) => [{ startUs, endUs: startUs + Math.round(seconds * 1e6), text: 'Hello' }]),
    ),
  }));

function entries<T>(kind: string, values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value, i) => [`${kind}-${i}`, value]));
}
