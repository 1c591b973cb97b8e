import { describe, expect, it } from 'vitest';
import {
  ConcatMode,
  ImageMotion,
  Montage,
  SubtitleStyle_Position as Position,
  Transition_Kind as Kind,
} from '../../../generated/cutroom/v1/montage.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { montageIn } from '../../support/montage.js';

function parse(changes: Parameters<typeof Montage.fromPartial>[0]) {
  return parseSpec({
    kind: { $case: 'montage', value: Montage.fromPartial({ materials: [{ uri: 'a.mp4' }], ...changes }) },
    outputs: [],
    variables: {},
  });
}

const style = (of: object) => ({ subtitles: { source: { $case: 'uri' as const, value: 'a.srt' }, style: of } });
/** As a newer client would send it. */
const UNKNOWN = 99 as ConcatMode & ImageMotion & Kind;
const second = { seconds: 1n, nanos: 0 };

describe('the parser of a montage', () => {
  it('fills defaults', () => {
    expect(montageIn(parse({}))).toMatchObject({ speed: 1, concat: 'SEQUENTIAL', seed: 0, imageMotion: 'NONE' });
    expect(
      montageIn(
        parse({
          clipSpeed: 0.5,
          concatMode: ConcatMode.CONCAT_MODE_RANDOM,
          seed: 4_294_967_295,
          imageMotion: ImageMotion.IMAGE_MOTION_ZOOM_IN,
        }),
      ),
    ).toMatchObject({ speed: 0.5, concat: 'RANDOM', seed: 4_294_967_295, imageMotion: 'ZOOM_IN' });
  });

  it.each([[0.49], [2.01], [-1], [Number.NaN], [Number.POSITIVE_INFINITY]])('refuses the speed %s', (clipSpeed) => {
    expect(parse({ clipSpeed }).violations).toEqual([
      { field: 'spec.montage.clip_speed', description: 'must be 0.5 to 2' },
    ]);
  });

  it('refuses unknown modes', () => {
    expect(
      parse({ concatMode: UNKNOWN, imageMotion: UNKNOWN, transition: { kind: UNKNOWN } })
        .violations.map(({ field }) => field)
        .sort(),
    ).toEqual(['spec.montage.concat_mode', 'spec.montage.image_motion', 'spec.montage.transition.kind']);
  });

  it.each([
    [Kind.KIND_FADE_IN, 'FADE_IN'],
    [Kind.KIND_FADE_OUT, 'FADE_OUT'],
    [Kind.KIND_SLIDE_IN, 'SLIDE_IN'],
    [Kind.KIND_SLIDE_OUT, 'SLIDE_OUT'],
    [Kind.KIND_SHUFFLE, 'SHUFFLE'],
  ])('gives transition %i a second, or the given duration', (kind, effect) => {
    expect(montageIn(parse({ transition: { kind } }))?.transition).toEqual({
      kind: 'CLIP_EFFECT',
      effect,
      durationUs: 1_000_000,
    });
    expect(
      montageIn(parse({ transition: { kind, duration: { seconds: 0n, nanos: 40_000_000 } } }))?.transition,
    ).toMatchObject({ durationUs: 40_000 });
    expect(parse({ transition: { kind, duration: { seconds: 601n, nanos: 0 } } }).violations).toMatchObject([
      { field: 'spec.montage.transition.duration' },
    ]);
  });

  it.each([[Kind.KIND_ZOOM_IN], [Kind.KIND_ZOOM_OUT]])('gives zoom %i the whole clip', (kind) => {
    expect(parse({ transition: { kind } }).violations).toEqual([]);
    expect(parse({ transition: { kind, duration: second } }).violations).toMatchObject([
      { field: 'spec.montage.transition.duration' },
    ]);
  });

  it('places text at a height of its own only where the spec asks for it', () => {
    const positionOf = (of: object) => montageIn(parse(style(of)))?.subtitles?.style.position;
    expect(positionOf({ position: Position.POSITION_CUSTOM })).toBe(0.7);
    expect(positionOf({ position: Position.POSITION_CUSTOM, heightPercent: 0 })).toBe(0);
    expect(positionOf({ position: Position.POSITION_TOP })).toBe('TOP');
    const field = 'spec.montage.subtitles.style.height_percent';
    expect(parse(style({ position: Position.POSITION_CUSTOM, heightPercent: 100.5 })).violations).toMatchObject([
      { field },
    ]);
    expect(parse(style({ position: Position.POSITION_TOP, heightPercent: 5 })).violations).toMatchObject([{ field }]);
  });

  it('highlights words in a colour of its own, unless a box or a size shows them', () => {
    const highlightOf = (highlight: object) =>
      montageIn(parse({ subtitles: { source: { $case: 'uri', value: 'a.srt' }, highlight } }))?.subtitles?.style
        .highlight;
    const white = { r: 255, g: 255, b: 255, a: 255 };
    expect(montageIn(parse(style({})))?.subtitles?.style).not.toHaveProperty('highlight');
    expect(highlightOf({})).toEqual({ textColor: { r: 255, g: 224, b: 0, a: 255 }, boxColor: null, scale: 1 });
    expect(highlightOf({ scale: 1.5 })).toEqual({ textColor: white, boxColor: null, scale: 1.5 });
    expect(highlightOf({ boxColor: '#FF000080' })?.textColor).toEqual(white);
  });

  it('finds the words of a cue in its text, with what follows them, until the next begins', () => {
    const at = (seconds: number) => ({ seconds: BigInt(Math.floor(seconds)), nanos: (seconds % 1) * 1e9 });
    const words = [
      { text: 'Hello', start: at(10.5), end: at(11) },
      { text: 'big' },
      { text: 'world', start: at(12), end: at(12.5) },
    ].map((word, i) => (i === 1 ? { ...word, end: at(13) } : word));
    const cue = { start: at(10), end: at(14), text: '“Hello, big\nworld!”', words };
    const montage = montageIn(parse({ subtitles: { source: { $case: 'cues', value: { cues: [cue] } } } }));
    expect(montage?.subtitles?.source).toMatchObject({
      cues: [
        {
          words: [
            { ink: 7, startUs: 500_000, endUs: 1_000_000 },
            { ink: 3, startUs: 1_000_000, endUs: 2_000_000 },
            { ink: 7, startUs: 2_000_000, endUs: 2_500_000 },
          ],
        },
      ],
    });
  });
});
