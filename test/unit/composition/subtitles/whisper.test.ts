import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cue } from '../../../../src/composition/captions.js';
import { groupWords } from '../../../../src/composition/subtitles/group-words.js';
import { parseSubtitles } from '../../../../src/composition/subtitles/parse-subtitles.js';
import { SubtitleSyntaxError } from '../../../../src/composition/subtitles/subtitle-text.js';
import { inkOf } from '../../../../src/composition/subtitles/word-times.js';

const read = (document: unknown) => parseSubtitles(JSON.stringify(document), 'f');
const cuesOf = (document: unknown) => read(document).cues;

/** The words of a cue as they are written, each with its times in milliseconds of the file. */
function spoken({ text, startUs: cueUs, words = [] }: Cue): [string, number, number][] {
  const ink = inkOf(text);
  let at = 0;
  return words.map((word) => {
    at += word.ink;
    return [ink.slice(at - word.ink, at), (cueUs + word.startUs) / 1_000, (cueUs + word.endUs) / 1_000];
  });
}

const OPENAI = {
  text: ' Hello there, world.',
  segments: [
    {
      ...{ id: 0, seek: 0, start: 0.5, end: 2.0, text: ' Hello there, world.', tokens: [50364], temperature: 0 },
      words: [
        { word: ' Hello', start: 0.5, end: 0.9, probability: 0.9 },
        { word: ' there,', start: 1.0, end: 1.4, probability: 0.9 },
        { word: ' world.', start: 1.4, end: 2.0, probability: 0.9 },
      ],
    },
    { id: 1, start: 2.5, end: 3.0, text: ' Bye.', words: undefined },
  ],
  language: 'en',
};
const HELLO = [
  ['Hello', 500, 900],
  ['there,', 1_000, 1_400],
  ['world.', 1_400, 2_000],
];

describe('the reader of JSON of Whisper', () => {
  it('reads the segments of openai-whisper with their words', () => {
    const { cues, warnings } = read(OPENAI);
    expect(warnings).toEqual([]);
    expect(cues.map(({ startUs, endUs, text }) => [text, startUs, endUs])).toEqual([
      ['Hello there, world.', 500_000, 2_000_000],
      ['Bye.', 2_500_000, 3_000_000],
    ]);
    expect(spoken(cues[0]!)).toEqual(HELLO);
    expect(cues[1]).not.toHaveProperty('words');
  });

  it('reads a list of segments, as users of faster-whisper dump it', () => {
    expect(cuesOf(OPENAI.segments)).toEqual(cuesOf(OPENAI));
    const { text, ...withoutText } = OPENAI.segments[0]!;
    expect(cuesOf([withoutText])[0]?.text).toBe(text.trim());
  });

  it('gives the time between its neighbours to words of WhisperX that have none', () => {
    const words = [
      { word: 'In', start: 0, end: 0.2, score: 0.9 },
      { word: '2014' },
      { word: '15' },
      { word: 'it', start: 0.8, end: 0.9, score: 0.9 },
      { word: 'rained.' },
    ];
    const [cue] = cuesOf({
      segments: [{ start: 0, end: 1.5, text: ' In 2014 15 it rained.', words }],
      word_segments: words,
    });
    expect(spoken(cue!)).toEqual([
      ['In', 0, 200],
      ['201415', 200, 800],
      ['it', 800, 900],
      ['rained.', 900, 1_500],
    ]);
  });

  it('keeps words in order where the times of a file are not', () => {
    const words = [
      { word: 'a', end: 0.5 },
      { word: 'b' },
      { word: 'c', start: 0.2 },
      { word: 'd', start: 0.1, end: 0.9 },
    ];
    const [cue] = cuesOf({ segments: [{ start: 0, end: 1, text: 'a b c d', words }] });
    expect(spoken(cue!)).toEqual([
      ['a', 0, 500],
      ['b', 500, 500],
      ['c', 500, 500],
      ['d', 500, 900],
    ]);
  });

  it("puts the words of OpenAI's API, which stand beside the segments, into these", () => {
    const words = OPENAI.segments.flatMap((segment) => segment.words ?? []);
    const segments = OPENAI.segments.map(({ start, end, text }) => ({ start, end, text }));
    const loose = [
      ...words.map(({ word, ...times }) => ({ word: word.trim(), ...times })),
      { word: 'Bye', start: 2.5, end: 2.9 },
    ];
    const cues = cuesOf({ task: 'transcribe', duration: 3, segments, words: loose });
    expect(spoken(cues[0]!)).toEqual(HELLO);
    expect(spoken(cues[1]!)).toEqual([['Bye.', 2_500, 2_900]]);
  });

  it('makes cues of sentences and pauses where there are only words', () => {
    const times = [0, 0.4, 0.8, 3, 3.4];
    const words = ['We', 'left.', 'Then', 'it', 'rained'].map((word, i) => ({
      word,
      start: times[i],
      end: times[i]! + 0.3,
    }));
    expect(cuesOf({ words }).map(({ text, startUs }) => [text, startUs])).toEqual([
      ['We left.', 0],
      ['Then', 800_000],
      ['it rained', 3_000_000],
    ]);
    const long = Array.from({ length: 40 }, (_, i) => ({ word: ' abcdefghi', start: i, end: i + 1 }));
    for (const { text } of cuesOf({ words: long })) expect(text.length).toBeLessThanOrEqual(84);
  });

  it('reads whisper.cpp with its tokens, which it joins to words, but for its marks', () => {
    const token = (text: string, from: number, to: number) => ({ text, offsets: { from, to }, id: 1, p: 0.9 });
    const tokens = [
      token('[_BEG_]', 0, 0),
      token(' Ham', 0, 300),
      token('burg', 300, 500),
      token(',', 500, 520),
      token(' yes', 600, 900),
      token('[_TT_45]', 900, 900),
    ];
    const item = {
      timestamps: { from: '00:00:01,000', to: '00:00:01,900' },
      offsets: { from: 0, to: 900 },
      text: ' Hamburg, yes',
      tokens,
    };
    const [cue] = cuesOf({ systeminfo: 'AVX', result: { language: 'en' }, transcription: [item] });
    expect(spoken(cue!)).toEqual([
      ['Hamburg,', 0, 520],
      ['yes', 600, 900],
    ]);
    const plain = { offsets: item.offsets, text: item.text };
    expect(cuesOf({ transcription: [plain] })).toEqual([{ startUs: 0, endUs: 900_000, text: 'Hamburg, yes' }]);
  });

  it('keeps tokens of scripts without spaces apart', () => {
    const tokens = ['你', '好', '世界'].map((text, i) => ({ text, offsets: { from: i * 200, to: i * 200 + 200 } }));
    const [cue] = cuesOf({ transcription: [{ offsets: { from: 0, to: 600 }, text: '你好世界', tokens }] });
    expect(spoken(cue!).map(([text]) => text)).toEqual(['你', '好', '世界']);
  });

  it('begins the parts of max_words with their first words', () => {
    expect(groupWords(cuesOf(OPENAI), 2).map(({ text, startUs }) => [text, startUs])).toEqual([
      ['Hello there,', 500_000],
      ['world.', 1_400_000],
      ['Bye.', 2_500_000],
    ]);
  });

  it('leaves out segments that cannot be shown, and names the first', () => {
    const bad = [{ start: 3, end: 3, text: 'a' }, { text: 'b' }, { start: 4, end: 5, text: ' ' }];
    const message = 'subtitles are left out: segment 3 ends before it starts';
    expect(read({ segments: [...OPENAI.segments, ...bad] }).warnings).toEqual([
      { code: 'SUBTITLES_SKIPPED', message, field: 'f', count: 2 },
    ]);
  });

  it('reads a file of Python with numbers that JSON does not have', () => {
    const text = `{"segments": [{"start": 0, "end": 1, "text": "-NaN, \\"NaN", "avg_logprob": NaN},
      {"start": 1, "end": 2, "text": "two", "no_speech_prob": -Infinity, "words": [{"word": "two", "start": NaN, "end": 2}]}]}`;
    expect(parseSubtitles(text, 'f').cues.map((cue) => cue.text)).toEqual(['-NaN, "NaN', 'two']);
  });

  it.each([
    ['no segment with text', '{"segments": []}', 'there is no subtitle in this file'],
    ['a damaged end', JSON.stringify(OPENAI).slice(0, -2), 'this JSON file is damaged'],
    ['other JSON', '{"events": [{"start": 1}], "title": "a"}', '`transcription`'],
    ['JSON of something else', '{"events": []}', 'this file is JSON'],
  ])('refuses a file with %s', (_, text, message) => {
    expect(() => parseSubtitles(text, 'f')).toThrow(SubtitleSyntaxError);
    expect(() => parseSubtitles(text, 'f')).toThrow(message);
  });

  it('makes of any document valid cues, or a typed error', () => {
    const time = fc.oneof(fc.double(), fc.constant(null), fc.string(), fc.double({ min: 0, max: 10, noNaN: true }));
    const text = fc.oneof(fc.string(), fc.constantFrom(' a', 'ab', 'b. ', '你好'), fc.integer());
    const word = fc.record(
      { word: text, text, start: time, end: time, offsets: fc.record({ from: time, to: time }) },
      { requiredKeys: [] },
    );
    const segment = fc.record(
      {
        text,
        start: time,
        end: time,
        words: fc.array(word),
        tokens: fc.array(word),
        offsets: fc.record({ from: time, to: time }),
      },
      { requiredKeys: [] },
    );
    const document = fc.record(
      { segments: fc.array(segment), words: fc.array(word), transcription: fc.array(segment) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(document, fc.array(segment), fc.jsonValue()), (value) => {
        let cues: readonly Cue[] = [];
        try {
          cues = read(value).cues;
        } catch (error) {
          if (!(error instanceof SubtitleSyntaxError)) throw error;
        }
        for (const cue of cues) {
          expect(cue.endUs).toBeGreaterThan(cue.startUs);
          if (!cue.words) continue;
          expect(cue.words.reduce((sum, { ink }) => sum + ink, 0)).toBe(inkOf(cue.text).length);
          let lastUs = 0;
          for (const { ink, startUs, endUs } of cue.words) {
            expect(ink).toBeGreaterThanOrEqual(1);
            expect(startUs).toBeGreaterThanOrEqual(lastUs);
            expect(endUs).toBeLessThanOrEqual(cue.endUs - cue.startUs);
            lastUs = startUs;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
