import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { parseStoredSpec } from '../../../src/wire/render-spec/parse-stored-spec.js';
import { renderSpecType, requestHash, specJson } from '../../../src/wire/render-spec/spec-identity.js';
import { parseSubmit } from '../../../src/wire/parse-submit.js';
import { readJson } from '../../../src/wire/proto-json.js';
import { anySpec, validSpec } from './spec-arbitrary.js';
import { ANYONE } from '../../../src/task/caller.js';
import { montageIn } from '../../support/montage.js';

/** A spec as a caller writes it in JSON; `montage` fields are added to a montage of one material. */
function montage(fields: Record<string, unknown> = {}): RenderSpec {
  return readJson(
    renderSpecType,
    { montage: { materials: [{ uri: 'a.mp4' }], ...fields } },
    { unknownFields: 'refuse' },
  );
}

const fieldsOf = (spec: RenderSpec | undefined) => parseSpec(spec).violations.map((v) => v.field);
const materials = (n: number) => Array.from({ length: n }, (_, i) => ({ uri: `${i}.mp4` }));
const cue = { start: '1s', end: '2s', text: 'Hello' };
const cues = (...list: unknown[]) => ({ subtitles: { cues: { cues: list } } });
const style = (fields: Record<string, unknown>) => ({ subtitles: { uri: 'a.srt', style: fields } });
const fade = (duration?: string) => ({
  transition: { kind: 'KIND_CROSS_FADE', ...(duration === undefined ? {} : { duration }) },
});

describe('a montage with one material alone', () => {
  it('has the defaults of the proto', () => {
    const parsed = parseSpec(montage());
    expect({ ...parsed, form: montageIn(parsed) }).toEqual({
      violations: [],
      outputs: DEFAULT_OUTPUTS,
      assets: [{ uri: 'a.mp4', field: 'spec.montage.materials[0].uri' }],
      fonts: [],
      form: {
        width: 1080,
        height: 1920,
        frameRate: { num: 30, den: 1 },
        background: { r: 0, g: 0, b: 0, a: 255 },
        materials: [{ uri: 'a.mp4', field: 'spec.montage.materials[0].uri' }],
        longestClipUs: 5_000_000,
        fit: 'COVER',
        transition: { kind: 'CUT' },
        narration: null,
        music: null,
        subtitles: null,
        speed: 1,
        concat: 'SEQUENTIAL',
        seed: 0,
        imageMotion: 'NONE',
        variants: 1,
        materialSound: null,
        watermark: null,
        intro: null,
        outro: null,
      },
    });
  });

  it.each([
    ['ASPECT_RATIO_9_16', 720, 720, 1280],
    ['ASPECT_RATIO_16_9', 1080, 1920, 1080],
    ['ASPECT_RATIO_16_9', 480, 854, 480],
    ['ASPECT_RATIO_1_1', 144, 144, 144],
  ])(
    'has the size of its aspect ratio and resolution: %s at %i is %i x %i',
    (aspectRatio, resolution, width, height) => {
      expect(montageIn(parseSpec(montage({ aspectRatio, resolution })))).toMatchObject({ width, height });
    },
  );
});

describe('the parser of a montage', () => {
  it('keeps given audio, transition and subtitles', () => {
    const parsed = montageIn(
      parseSpec(
        montage({
          materials: materials(2),
          longestClip: '2.5s',
          fit: 'FIT_CONTAIN',
          backgroundColor: '#aBcDeF',
          ...fade('0.25s'),
          narration: { uri: 'n.wav', gainDb: 3 },
          music: { uri: 'm.mp3', gainDb: 0, fadeOut: '0s' },
          subtitles: {
            cues: {
              cues: [
                { start: '3s', end: '4s', text: 'b' },
                { end: '1s', text: 'a\r\nb\rc' },
              ],
            },
            style: { boxColor: '#00000080', bold: true },
          },
          resolution: 540,
        }),
      ),
    );
    expect(parsed).toMatchObject({
      longestClipUs: 2_500_000,
      fit: 'CONTAIN',
      background: { r: 0xab, g: 0xcd, b: 0xef, a: 255 },
      transition: { kind: 'CROSS', name: 'fade', durationUs: 250_000, field: 'spec.montage.transition.duration' },
      narration: { asset: { uri: 'n.wav', field: 'spec.montage.narration.uri' }, gainDb: 3 },
      music: { gainDb: 0, fadeOutUs: 0 },
      subtitles: {
        source: {
          kind: 'cues',
          cues: [
            { startUs: 0, endUs: 1_000_000, text: 'a\nb\nc' },
            { startUs: 3_000_000, endUs: 4_000_000, text: 'b' },
          ],
        },
        style: {
          fontSize: 30,
          outlineWidth: 1.5,
          textColor: { r: 255, a: 255 },
          boxColor: { r: 0, a: 128 },
          bold: true,
          position: 'BOTTOM',
        },
      },
    });
  });

  it('keeps a transition by name, frame rate, own sound, watermark, intro and outro', () => {
    const spec = {
      materials: [{ uri: 'a.mp4', focus: { x: 25, y: 100 } }],
      transition: { name: 'wipeleft', duration: '1s' },
      frameRate: '50/2',
      materialSound: {},
      narration: { uri: 'n.wav' },
      watermark: { uri: 'logo.png', corner: 'CORNER_BOTTOM_LEFT', size: 10, margin: 2, opacity: 0.5 },
      intro: { uri: 'i.mp4' },
      outro: { uri: 'o.png', focus: { x: 0, y: 50 } },
      subtitles: { uri: 'a.srt', maxWords: 3 },
    };
    const parsed = parseSpec(montage(spec));
    expect(montageIn(parsed)).toMatchObject({
      materials: [{ uri: 'a.mp4', focus: { x: 0.25, y: 1 } }],
      transition: { kind: 'CROSS', name: 'wipeleft', durationUs: 1_000_000 },
      frameRate: { num: 25, den: 1 },
      materialSound: { gainDb: -14 },
      watermark: { asset: { uri: 'logo.png' }, corner: { x: 0, y: 1 }, size: 108, margin: 22, opacity: 0.5 },
      intro: { uri: 'i.mp4', field: 'spec.montage.intro.uri' },
      outro: { uri: 'o.png', focus: { x: 0, y: 0.5 } },
      subtitles: { maxWords: 3 },
    });
    expect(parsed.assets.map(({ uri }) => uri)).toEqual(['a.mp4', 'n.wav', 'a.srt', 'logo.png', 'i.mp4', 'o.png']);
    expect(montageIn(parseSpec(montage({ materialSound: {} })))).toMatchObject({ materialSound: { gainDb: 0 } });
  });

  it('makes music quiet with a fade by default, and takes a given 0 dB', () => {
    expect(montageIn(parseSpec(montage({ music: { uri: 'm' } })))?.music).toMatchObject({
      gainDb: -14,
      fadeOutUs: 3_000_000,
    });
    expect(montageIn(parseSpec(montage({ music: { uri: 'm', gainDb: 0 } })))?.music).toMatchObject({ gainDb: 0 });
  });
});

describe('the parser of a spec', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['no materials', { materials: [] }, ['materials']],
    ['an unknown transition', { transition: { name: 'wipe-left' } }, ['transition.name']],
    ['a transition said twice', { transition: { name: 'fade', kind: 'KIND_CROSS_FADE' } }, ['transition.name']],
    [
      'a transition by name that takes longer than a clip',
      { transition: { name: 'fade', duration: '6s' } },
      ['transition.duration'],
    ],
    ['a frame rate of none', { frameRate: '0' }, ['frame_rate']],
    [
      'a watermark out of range',
      { watermark: { size: 101, margin: 51, opacity: 2 } },
      ['watermark.uri', 'watermark.size', 'watermark.margin', 'watermark.opacity'],
    ],
    ['an intro without a name', { intro: {}, outro: { uri: 'a', focus: { x: 101 } } }, ['intro.uri', 'outro.focus.x']],
    ['too many words', { subtitles: { uri: 'a', maxWords: 101 } }, ['subtitles.max_words']],
    [
      'a highlight of too many words',
      {
        subtitles: {
          cues: { cues: Array.from({ length: 101 }, () => ({ text: 'i '.repeat(1000), end: '1s' })) },
          highlight: {},
        },
      },
      ['subtitles.highlight'],
    ],
    [
      'a highlight out of range',
      { subtitles: { uri: 'a', highlight: { textColor: 'red', boxColor: '#12', scale: 2.1 } } },
      ['subtitles.highlight.text_color', 'subtitles.highlight.box_color', 'subtitles.highlight.scale'],
    ],
    [
      'words that are not in the text, in order, or in the time of their cue',
      {
        subtitles: {
          cues: {
            cues: [
              {
                start: '1s',
                end: '3s',
                text: 'one two three',
                words: [
                  { text: 'two', start: '0.5s', end: '2s' },
                  { text: 'one' },
                  { text: '', start: '2s' },
                  { text: 'three', end: '3.5s' },
                  { text: 'three', start: '2s', end: '2s' },
                ],
              },
            ],
          },
        },
      },
      ['0].start', '1].text', '2].text', '3].start', '3].end', '4].text', '4].end'].map(
        (field) => `subtitles.cues.cues[0].words[${field}`,
      ),
    ],
    ['own sound that is too loud', { materialSound: { gainDb: 21 } }, ['material_sound.gain_db']],
    ['too many materials', { materials: materials(2001) }, ['materials']],
    [
      'materials without names',
      { materials: [{}, { uri: 'a' }, { uri: '' }] },
      ['materials[0].uri', 'materials[2].uri'],
    ],
    ['a name that is too long', { materials: [{ uri: 'ü'.repeat(2049) }] }, ['materials[0].uri']],
    ['a name with NUL', { materials: [{ uri: 'a\0b' }] }, ['materials[0].uri']],
    ['clips too short', { longestClip: '0.099s' }, ['longest_clip']],
    ['clips too long', { longestClip: '600.001s' }, ['longest_clip']],
    ['negative clips', { longestClip: '-5s' }, ['longest_clip']],
    ['an unknown fit', { fit: 77 }, ['fit']],
    ['a colour by name', { backgroundColor: 'red' }, ['background_color']],
    ['a short colour', { backgroundColor: '#fff' }, ['background_color']],
    ['a background one can see through', { backgroundColor: '#00000000' }, ['background_color']],
    ['an unknown aspect ratio', { aspectRatio: -1 }, ['aspect_ratio']],
    ['a negative resolution', { resolution: -2 }, ['resolution']],
    ['an odd resolution', { resolution: 721 }, ['resolution']],
    ['a resolution too small', { resolution: 142 }, ['resolution']],
    ['a resolution too large', { resolution: 2162 }, ['resolution']],
    ['an unknown transition', { transition: { kind: 99, duration: '1s' } }, ['transition.kind']],
    ['a cut that takes time', { transition: { kind: 'KIND_CUT', duration: '1s' } }, ['transition.duration']],
    ['no kind, which is a cut, that takes time', { transition: { duration: '1s' } }, ['transition.duration']],
    ['a fade too short', fade('0.039s'), ['transition.duration']],
    ['a fade longer than its clip', { longestClip: '2s', ...fade('2.001s') }, ['transition.duration']],
    [
      'fades that meet, with three materials',
      { materials: materials(3), longestClip: '2s', ...fade('1.1s') },
      ['transition.duration'],
    ],
    [
      'fades that meet, with narration',
      { longestClip: '2s', narration: { uri: 'n' }, ...fade('1.1s') },
      ['transition.duration'],
    ],
    [
      'fades that meet on the frame grid',
      { materials: materials(3), longestClip: '0.1s', ...fade('0.05s') },
      ['transition.duration'],
    ],
    ['the default fade longer than its clip', { longestClip: '0.4s', ...fade() }, ['transition.duration']],
    ['a wrong clip length, which says nothing of the fade', { longestClip: '700s', ...fade('9s') }, ['longest_clip']],
    ['narration without a name', { narration: {} }, ['narration.uri']],
    ['narration too loud', { narration: { uri: 'n', gainDb: 20.1 } }, ['narration.gain_db']],
    ['narration at no loudness', { narration: { uri: 'n', gainDb: 'NaN' } }, ['narration.gain_db']],
    ['narration at any loudness', { narration: { uri: 'n', gainDb: 'Infinity' } }, ['narration.gain_db']],
    [
      'music too quiet and faded too long',
      { music: { gainDb: -61, fadeOut: '61s' } },
      ['music.uri', 'music.gain_db', 'music.fade_out'],
    ],
    ['subtitles of nothing', { subtitles: {} }, ['subtitles']],
    ['a subtitle file without a name', { subtitles: { uri: '' } }, ['subtitles.uri']],
    ['a language that is no tag', { subtitles: { uri: 'a.srt', language: 'English please' } }, ['subtitles.language']],
    ['no cues', cues(), ['subtitles.cues.cues']],
    ['too many cues', cues(...Array.from({ length: 5001 }, () => cue)), ['subtitles.cues.cues']],
    ['a cue without an end', cues(cue, { text: 'a' }), ['subtitles.cues.cues[1].end']],
    ['a cue that ends as it begins', cues({ ...cue, end: '1s' }), ['subtitles.cues.cues[0].end']],
    ['a cue before the start', cues({ ...cue, start: '-1s' }), ['subtitles.cues.cues[0].start']],
    ['a cue after a day', cues({ ...cue, end: '86401s' }), ['subtitles.cues.cues[0].end']],
    ['a cue of no text', cues({ ...cue, text: '' }), ['subtitles.cues.cues[0].text']],
    ['a cue of too much text', cues({ ...cue, text: '😀'.repeat(2001) }), ['subtitles.cues.cues[0].text']],
    ['a cue with control characters', cues({ ...cue, text: 'a\u0007' }), ['subtitles.cues.cues[0].text']],
    ['text too small', style({ fontSize: 7.9 }), ['subtitles.style.font_size']],
    ['text of negative size', style({ fontSize: -60 }), ['subtitles.style.font_size']],
    ['text of no size', style({ fontSize: 'NaN' }), ['subtitles.style.font_size']],
    [
      'colours',
      style({ textColor: '#12345', outlineColor: 'x', boxColor: '#gggggg' }),
      ['subtitles.style.text_color', 'subtitles.style.outline_color', 'subtitles.style.box_color'],
    ],
    ['a shape without a box', style({ boxShape: 'BOX_SHAPE_WIDE' }), ['subtitles.style.box_shape']],
    ['an outline too wide', style({ outlineWidth: 21 }), ['subtitles.style.outline_width']],
    ['an unknown position', style({ position: 99 }), ['subtitles.style.position']],
  ])('refuses by its field alone: %s', (_, fields, expected) => {
    expect(fieldsOf(montage(fields))).toEqual(expected.map((field) => `spec.montage.${field}`));
    expect(parseSpec(montage(fields)).form).toBeNull();
  });

  it('refuses a missing spec, and a spec without a kind', () => {
    expect(fieldsOf(undefined)).toEqual(['spec']);
    expect(fieldsOf({ kind: undefined, outputs: [], variables: {} })).toEqual(['spec']);
  });

  it('refuses an invalid duration', () => {
    const mixed = RenderSpec.fromPartial({
      kind: { $case: 'montage', value: { materials: [{ uri: 'a' }], longestClip: { seconds: 2n, nanos: -1 } } },
    });
    expect(parseSpec(mixed).violations).toEqual([
      { field: 'spec.montage.longest_clip', description: 'is not a valid duration' },
    ]);
  });

  it('reports all violations at once, with the inputs', () => {
    const { violations, assets } = parseSpec(
      montage({ materials: [{ uri: '' }, { uri: 'b' }], fit: 9, narration: { uri: 'n', gainDb: 99 }, subtitles: {} }),
    );
    expect(violations.map((v) => v.field)).toEqual([
      'spec.montage.materials[0].uri',
      'spec.montage.fit',
      'spec.montage.narration.gain_db',
      'spec.montage.subtitles',
    ]);
    expect(assets.map((a) => a.uri)).toEqual(['b', 'n']);
  });
});

describe('the parser of a spec', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a fade as long as its clip, between two', { materials: materials(2), longestClip: '2s', ...fade('2s') }],
    ['fades that touch, between three', { materials: materials(3), longestClip: '2s', ...fade('1s') }],
    [
      'limits of numbers',
      {
        longestClip: '600s',
        resolution: 2160,
        narration: { uri: 'n', gainDb: -60 },
        music: { uri: 'm', gainDb: 20, fadeOut: '60s' },
      },
    ],
    ['2000 characters outside the basic plane', cues({ ...cue, text: '😀'.repeat(2000) })],
    ['tabs and line breaks', cues({ ...cue, text: 'a\tb\nc' })],
    ['no outline', style({ outlineWidth: 0 })],
  ])('accepts a value at its limit: %s', (_, fields) => {
    expect(parseSpec(montage(fields)).violations).toEqual([]);
  });
});

describe('the parser of a spec', () => {
  it('parses or refuses any message, and never throws', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        const parsed = parseSpec(RenderSpec.decode(RenderSpec.encode(RenderSpec.fromPartial(spec)).finish()));
        expect(parsed.form === null).toBe(parsed.violations.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  it('prints any spec as JSON with the same meaning', () => {
    fc.assert(
      fc.property(validSpec, (partial) => {
        const spec = RenderSpec.fromPartial(partial);
        const parsed = parseSpec(spec);
        const { violations } = parsed;
        expect(violations).toEqual([]);
        expect(montageIn(parseStoredSpec(specJson(spec)))).toEqual(montageIn(parsed));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a submit', () => {
  const request = (requestId: string, spec: RenderSpec | undefined = montage()) =>
    SubmitTaskRequest.fromPartial({ requestId, spec });

  it('is identified by its body before defaults, whatever its id', () => {
    const hash = requestHash(request('a'));
    expect(requestHash(request('b'))).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(requestHash(request('a', montage({ resolution: 1080 })))).not.toBe(hash);
    expect(requestHash(request('a', montage({ resolution: 0 })))).toBe(hash);
  });

  it('is refused when its id is no UUID, together with all other violations', () => {
    const command = parseSubmit(request('123', montage({ fit: 9 })), ANYONE);
    expect(command.spec.violations.map((v) => v.field)).toEqual(['spec.montage.fit', 'request_id']);
    expect(command).toMatchObject({ requestId: null, specJson: '', spec: { form: null } });
    expect(parseSubmit(request('123'), ANYONE).spec.form).toBeNull();
  });

  it('has an id or none', () => {
    expect(parseSubmit(request(''), ANYONE).requestId).toBeNull();
    expect(parseSubmit(request('123E4567-E89B-42D3-A456-426614174000'), ANYONE)).toMatchObject({
      requestId: '123e4567-e89b-42d3-a456-426614174000',
      specJson: '{"montage":{"materials":[{"uri":"a.mp4"}]}}',
    });
  });
});

it('says of a word of a cue whether it is missing or blank', () => {
  const words = [{ text: '' }, { text: ' \u00a0' }];
  const { violations } = parseSpec(montage({ subtitles: { cues: { cues: [{ end: '3s', text: 'one', words }] } } }));
  expect(violations.filter(({ field }) => field.endsWith('.text')).map(({ description }) => description)).toEqual([
    'is required',
    'must have a character that is seen',
  ]);
});

it('a stored spec may have fields of a later version, and is an error when it no longer parses', () => {
  expect(parseStoredSpec('{"montage":{"materials":[{"uri":"a"}],"new":1},"other":2}').form.inputs).toHaveLength(1);
  expect(() => parseStoredSpec('{"montage":{}}')).toThrow(/spec\.montage\.materials/);
});
