import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cue, TimedWord } from '../../../../src/composition/captions.js';
import { clipCues } from '../../../../src/composition/montage/clip-cues.js';
import { parseAss } from '../../../../src/composition/subtitles/ass.js';
import { groupWords } from '../../../../src/composition/subtitles/group-words.js';
import { parseVtt } from '../../../../src/composition/subtitles/vtt.js';
import { inkOf, withWords } from '../../../../src/composition/subtitles/word-times.js';
import { packCues, unpackCues } from '../../../../src/engine/text/packed-cues.js';

/** `Hi@0-500`: the words of a cue with their times in milliseconds. */
function spoken({ text, words = [] }: Cue): string[] {
  const ink = inkOf(text);
  let at = 0;
  return words.map((word) => {
    const from = at;
    at += word.ink;
    return `${ink.slice(from, at)}@${word.startUs / 1000}-${word.endUs / 1000}`;
  });
}

const vtt = (body: string) => parseVtt(`WEBVTT\n\n00:00:10.000 --> 00:00:14.000\n${body}\n`).cues[0]!;
const ass = (text: string) =>
  parseAss(`[Events]\nFormat: Start, End, Text\nDialogue: 0:00:10.00,0:00:14.00,${text}\n`).cues[0]!;
const cue = (text: string, startUs = 0, endUs = 4_000_000): Cue => ({ text, startUs, endUs });

describe('the times of words', () => {
  it.each([
    ['in a cue', 'One <00:00:11.000>two <00:12.500>three', ['One@0-1000', 'two@1000-2500', 'three@2500-4000']],
    ['at its start', '<00:00:10.000>One<00:00:11.000><c> two</c>', ['One@0-1000', 'two@1000-4000']],
    [
      'of syllables',
      '<b>Kara<00:00:11.000>o</b><00:00:12.000>ke &amp; so',
      ['Kara@0-1000', 'o@1000-2000', 'ke&@2000-3200', 'so@3200-4000'],
    ],
    [
      'not in order, or outside of the cue',
      'a <00:00:12.000>b <00:00:11.000>c <00:00:15.000>d',
      ['a@0-2000', 'b@2000-2667', 'c@2667-3333', 'd@3333-4000'],
    ],
    [
      'after a line that is shown again',
      'said before\nOne<00:00:11.000> two',
      ['saidbefore@0-0', 'One@0-1000', 'two@1000-4000'],
    ],
    ['in CJK', '今天<00:00:11.000>天气很好', ['今天@0-1000', '天气@1000-2500', '很好@2500-4000']],
  ])('are those of timestamps in WebVTT: %s', (_, body, words) => {
    expect(spoken(vtt(body)).map((word) => word.replace(/(\d+)\.\d+/g, (n) => String(Math.round(Number(n)))))).toEqual(
      words,
    );
  });

  it.each([
    [
      'syllables',
      '{\\k50}Ka{\\kf100}ra{\\K25}o {\\ko25}ke',
      ['Ka@0-500', 'ra@500-1500', 'o@1500-1750', 'ke@1750-2000'],
    ],
    ['a pause', '{\\k100}{\\k50}now\\N{\\k400}then', ['now@1000-1500', 'then@1500-4000']],
    ['text before', '♪ {\\k100}la', ['♪@0-0', 'la@0-1000']],
    ['several words at once', '{\\k200\\b1}one two', ['one@0-1000', 'two@1000-2000']],
  ])('are those of karaoke in ASS: %s', (_, text, words) => {
    expect(spoken(ass(text))).toEqual(words);
  });

  it('are not known of other cues', () => {
    expect(vtt('One <c>two</c>')).not.toHaveProperty('words');
    expect(ass('{\\b1}one two')).not.toHaveProperty('words');
  });

  it.each([
    ['Hello, big world', ['Hello,@0-1714.286', 'big@1714.286-2571.429', 'world@2571.429-4000']],
    ['你好，世界', ['你好，@0-2400', '世界@2400-4000']],
    ['e\u0301e\u0301 ee', ['e\u0301e\u0301@0-2000', 'ee@2000-4000']],
  ])('are spread over %j by the lengths of its words', (text, words) => {
    expect(spoken(withWords(cue(text)))).toEqual(words);
  });

  it('are those of nobody in a cue of an instant', () => {
    expect(spoken(withWords(cue('what was said', 0, 10_000)))).toEqual(['whatwassaid@0-0']);
  });

  it('decide when the parts of a cue begin', () => {
    const [first, second] = groupWords([vtt('One <00:00:11.000>two\n<00:12.500>three, <00:00:13.000>four')], 2);
    expect(first).toMatchObject({ startUs: 10_000_000, endUs: 12_500_000, text: 'One two' });
    expect(second).toMatchObject({ startUs: 12_500_000, endUs: 14_000_000, text: 'three, four' });
    expect([spoken(first!), spoken(second!)]).toEqual([
      ['One@0-1000', 'two@1000-2500'],
      ['three,@0-500', 'four@500-1500'],
    ]);
  });

  it('do not change where the end of the video cuts a cue', () => {
    const clipped = (isHighlighted: boolean) =>
      clipCues([cue('aa bb')], { endUs: 1_000_000, field: 'f', isHighlighted }).cues[0]!;
    expect(spoken(clipped(true))).toEqual(['aa@0-2000', 'bb@2000-4000']);
    expect(clipped(false)).not.toHaveProperty('words');
  });

  it('cover the ink of any text, one after another, in groups and between threads too', () => {
    const text = fc
      .array(fc.constantFrom('a', 'bee ', '你好', 'สวัสดี', ' ', '\n', '—', '“x”', 'مرحبا ', '\u0007'), { minLength: 1 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9_000_000 }),
        (all, most, lengthUs) => {
          const whole = withWords(cue(all, 5, 5 + lengthUs));
          const parts = groupWords([whole], most);
          for (const part of [whole, ...parts]) {
            const words: readonly TimedWord[] = part.words ?? [];
            expect(words.reduce((sum, { ink }) => sum + ink, 0)).toBe(inkOf(part.text).length);
            let last = 0;
            for (const { startUs, endUs } of words.filter((word) => word.endUs > word.startUs)) {
              expect(startUs).toBeGreaterThanOrEqual(last);
              last = endUs;
            }
            expect(last).toBeLessThanOrEqual(part.endUs - part.startUs);
          }
          expect(unpackCues(packCues([cue('x'), whole, ...parts]))).toEqual([cue('x'), whole, ...parts]);
        },
      ),
    );
  });
});
