import fc from 'fast-check';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { anyMessage } from './any-message.js';

export type PartialSpec = Parameters<typeof RenderSpec.fromPartial>[0];

const duration = (minUs: number, maxUs: number) =>
  fc
    .integer({ min: minUs, max: maxUs })
    .map((us) => ({ seconds: BigInt(Math.floor(us / 1e6)), nanos: (us % 1e6) * 1000 }));
const color = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);
const gain = fc.double({ min: -60, max: 20, noNaN: true });
const uri = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
const text = fc
  .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
  .map((t) => `a${t.replace(/\p{Cc}/gu, '\r\n')}`);

const style = fc
  .record({
    fontSize: fc.constantFrom(0, 8, 60, 33.3, 400),
    textColor: fc.option(color, { nil: '' }),
    outlineColor: fc.option(
      color.map((c) => `${c}80`),
      { nil: '' },
    ),
    outlineWidth: fc.option(fc.double({ min: 0, max: 20, noNaN: true }), { nil: undefined }),
    boxColor: fc.option(color, { nil: '' }),
    bold: fc.boolean(),
    font: fc.constantFrom('', 'Own.ttf'),
    boxShape: fc.integer({ min: 0, max: 3 }),
    position: fc.integer({ min: 0, max: 4 }),
    heightPercent: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
    safeArea: fc.option(fc.record({ top: fc.constantFrom(undefined, 0, 45), left: fc.constantFrom(undefined, 12.5) }), {
      nil: undefined,
    }),
  })
  .map((s) => (s.position === 4 ? s : { ...s, heightPercent: undefined }))
  .map((s) => (s.boxColor === '' ? { ...s, boxShape: 0 } : s));

const cue = fc
  .record({ startUs: fc.integer({ min: 0, max: 80_000_000 }), lengthUs: fc.integer({ min: 1, max: 5_000_000 }), text })
  .map((c) => ({ start: durationOf(c.startUs), end: durationOf(c.startUs + c.lengthUs), text: c.text }));

function durationOf(us: number) {
  return { seconds: BigInt(Math.floor(us / 1e6)), nanos: (us % 1e6) * 1000 };
}

const source = fc.oneof(
  uri.map((value) => ({ $case: 'uri' as const, value })),
  fc.array(cue, { minLength: 1, maxLength: 5 }).map((cues) => ({ $case: 'cues' as const, value: { cues } })),
);

const focus = fc.record({ x: fc.double({ min: 0, max: 100, noNaN: true }), y: fc.integer({ min: 0, max: 100 }) });
const shape = fc.oneof(
  fc.record({ aspectRatio: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ aspectRatio: fc.integer({ min: 1, max: 3 }), focus }),
);
const range = fc.option(
  fc.record({ start: fc.option(duration(0, 5_000_000), { nil: undefined }), end: duration(6_000_000, 9_000_000) }),
  { nil: undefined },
);
const video = fc
  .record({
    kind: fc.oneof(
      fc
        .record({ videoCodec: fc.integer({ min: 0, max: 2 }), streamCopy: fc.integer({ min: 0, max: 1 }) })
        .map((value) => ({ $case: 'mp4' as const, value })),
      fc.constant({ $case: 'webm' as const, value: {} }),
    ),
    quality: fc.integer({ min: 0, max: 5 }),
    maxSizeBytes: fc.constantFrom(0n),
    spriteSheet: fc.option(fc.record({ width: fc.constantFrom(0, 32, 200) }), { nil: undefined }),
    shortSide: fc.constantFrom(0, 64, 72),
    shape,
    range,
  })
  .map(({ shape: cut, ...rest }) => ({ ...rest, ...cut }));
const gif = fc
  .record({ kind: fc.boolean().map((playOnce) => ({ $case: 'gif' as const, value: { playOnce } })), shape, range })
  .map(({ shape: cut, ...rest }) => ({ ...rest, ...cut }));
const sound = fc.record({
  kind: fc.integer({ min: 0, max: 4 }).map((format) => ({ $case: 'audio' as const, value: { format } })),
  range,
});
const outputs = fc.array(fc.oneof(video, gif, sound), { maxLength: 4 });

/** Specs that are right in every field. */
export const validSpec: fc.Arbitrary<PartialSpec> = fc
  .record({
    materials: fc.array(fc.record({ uri }), { minLength: 1, maxLength: 6 }),
    longestClip: fc.option(duration(4_000_000, 600_000_000), { nil: undefined }),
    fit: fc.integer({ min: 0, max: 2 }),
    backgroundColor: fc.option(color, { nil: '' }),
    aspectRatio: fc.integer({ min: 0, max: 3 }),
    resolution: fc.option(
      fc.integer({ min: 72, max: 1080 }).map((n) => 2 * n),
      { nil: 0 },
    ),
    transition: fc.option(
      fc.oneof(
        fc.constant({ kind: 1 }),
        fc.record({
          kind: fc.constantFrom(2, 3, 4, 5, 6, 9),
          duration: fc.option(duration(40_000, 2_000_000), { nil: undefined }),
        }),
        fc.record({ kind: fc.constantFrom(7, 8) }),
      ),
      { nil: undefined },
    ),
    narration: fc.option(fc.record({ uri, gainDb: gain }), { nil: undefined }),
    music: fc.option(
      fc.record({
        uri,
        gainDb: fc.option(gain, { nil: undefined }),
        fadeOut: fc.option(duration(0, 60_000_000), { nil: undefined }),
      }),
      { nil: undefined },
    ),
    subtitles: fc.option(
      fc.record({
        source,
        style: fc.option(style, { nil: undefined }),
        maxChars: fc.constantFrom(0, 1, 12, 2_000),
        highlight: fc.option(
          fc.record({ textColor: fc.option(color, { nil: '' }), scale: fc.constantFrom(0, 1, 1.5, 2) }),
          { nil: undefined },
        ),
      }),
      { nil: undefined },
    ),
    clipSpeed: fc.constantFrom(0, 0.5, 1, 1.25, 2),
    concatMode: fc.integer({ min: 0, max: 2 }),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    imageMotion: fc.integer({ min: 0, max: 2 }),
    variants: fc.integer({ min: 0, max: 10 }),
  })
  .chain((value) =>
    outputs.map((made) => ({ kind: { $case: 'montage', value }, outputs: made }) as unknown as PartialSpec),
  );

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 1e308));
const anyDuration = fc.option(
  fc.record({ seconds: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), nanos: fc.integer() }),
  { nil: undefined },
);
const anyText = fc.string({ unit: 'binary', maxLength: 30 });
const anyEnum = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer());

const anyMontage = fc
  .record({
    materials: fc.array(fc.record({ uri: anyText }), { maxLength: 5 }),
    clipSpeed: anyNumber,
    concatMode: anyEnum,
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    imageMotion: anyEnum,
    variants: fc.integer(),
    longestClip: anyDuration,
    fit: anyEnum,
    backgroundColor: anyText,
    aspectRatio: anyEnum,
    resolution: fc.integer(),
    transition: fc.option(fc.record({ kind: anyEnum, duration: anyDuration }), { nil: undefined }),
    narration: fc.option(fc.record({ uri: anyText, gainDb: anyNumber }), { nil: undefined }),
    music: fc.option(
      fc.record({ uri: anyText, gainDb: fc.option(anyNumber, { nil: undefined }), fadeOut: anyDuration }),
      { nil: undefined },
    ),
    subtitles: fc.option(
      fc.record({
        source: fc.option(
          fc.oneof(
            anyText.map((value) => ({ $case: 'uri' as const, value })),
            fc
              .array(
                fc.record({
                  ...{ start: anyDuration, end: anyDuration, text: anyText },
                  words: fc.array(fc.record({ text: anyText, start: anyDuration, end: anyDuration }), { maxLength: 3 }),
                }),
                { maxLength: 4 },
              )
              .map((cues) => ({ $case: 'cues' as const, value: { cues } })),
          ),
          { nil: undefined },
        ),
        style: fc.option(
          fc.record({
            fontSize: anyNumber,
            textColor: anyText,
            outlineColor: anyText,
            outlineWidth: fc.option(anyNumber, { nil: undefined }),
            boxColor: anyText,
            bold: fc.boolean(),
            position: anyEnum,
            heightPercent: fc.option(anyNumber, { nil: undefined }),
          }),
          { nil: undefined },
        ),
      }),
      { nil: undefined },
    ),
  })
  .chain((value) =>
    fc
      .array(
        fc.record({
          key: anyText,
          kind: fc.option(
            fc.oneof(
              fc
                .record({ videoCodec: anyEnum, streamCopy: anyEnum })
                .map((value) => ({ $case: 'mp4' as const, value })),
              anyEnum.map((format) => ({ $case: 'audio' as const, value: { format } })),
              fc.constant({ $case: 'webm' as const, value: {} }),
            ),
            { nil: undefined },
          ),
          shortSide: fc.integer(),
          aspectRatio: anyEnum,
          focus: fc.option(fc.record({ x: anyNumber, y: anyNumber }), { nil: undefined }),
          quality: anyEnum,
          maxSizeBytes: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          spriteSheet: fc.option(fc.record({ interval: anyDuration, width: fc.integer() }), { nil: undefined }),
          range: fc.option(fc.record({ start: anyDuration, end: anyDuration }), { nil: undefined }),
        }),
        { maxLength: 3 },
      )
      .map((made) => ({ kind: { $case: 'montage', value }, outputs: made }) as unknown as RenderSpec),
  );

/** Specs of every form with anything at all in every field: what a hostile client may put on the wire. */
export const anySpec: fc.Arbitrary<RenderSpec> = fc.oneof(
  anyMontage,
  anyMessage('cutroom.v1.Timeline').map(
    (value) => ({ kind: { $case: 'timeline', value }, outputs: [] }) as unknown as RenderSpec,
  ),
  anyMessage('cutroom.v1.RenderSpec') as fc.Arbitrary<RenderSpec>,
);
