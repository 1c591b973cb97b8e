import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSrt } from '../../../../src/composition/subtitles/srt.js';
import { SubtitleSyntaxError } from '../../../../src/composition/subtitles/subtitle-text.js';

const plain = '1\n00:00:00,000 --> 00:00:01,500\nHello\n\n2\n00:00:02,000 --> 00:00:03,000\n你好\n第二行\n';
const expected = [
  { startUs: 0, endUs: 1_500_000, text: 'Hello' },
  { startUs: 2_000_000, endUs: 3_000_000, text: '你好\n第二行' },
];

describe('the SubRip parser', () => {
  it.each([
    ['plain', plain],
    ['byte order mark', `\uFEFF${plain}`],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
    ['lone CR', plain.replaceAll('\n', '\r')],
    ['no final line end', plain.trimEnd()],
    ['no numbers', plain.replace(/^\d\n/gm, '')],
    ['no empty line between cues', plain.replace('\n\n', '\n')],
    ['dots for commas, and no hours', plain.replaceAll(',', '.').replaceAll('00:00:0', '00:0')],
    ['a heading and coordinates', `WEBVTT\n\n${plain.replace('01,500', '01,500 X1:10 Y1:20')}`],
    ['mark-up', plain.replace('Hello', '{\\an8}<i><font color="red">Hello</font></i>')],
    ['an empty line inside a cue', plain.replace('你好\n', '你好\n\n')],
  ])('reads a file with this form: %s', (_, text) => {
    expect(parseSrt(text)).toMatchObject({ cues: expected, skipped: [] });
  });

  it('keeps overlapping cues, in order of start', () => {
    const cues = parseSrt('1\n00:00:02,000 --> 00:00:09,000\nb\n\n2\n00:00:01,000 --> 00:00:05,000\na').cues;
    expect(cues.map((c) => c.text)).toEqual(['a', 'b']);
  });

  it('keeps text that resembles mark-up', () => {
    expect(parseSrt('00:00:00,000 --> 00:00:01,000\n1 < 2 > 0 {x} <3').cues[0]?.text).toBe('1 < 2 > 0 {x} <3');
  });

  it('leaves out a cue without text, and one that ends before it starts, with a warning', () => {
    const { cues, skipped } = parseSrt(
      `1\n00:00:05,000 --> 00:00:04,000\nback\n\n2\n00:00:05,000 --> 00:00:06,000\n\n${plain}`,
    );
    expect(cues).toEqual(expected);
    expect(skipped).toEqual([{ line: 2, problem: 'ends before it starts' }]);
  });

  it.each(['00:00:01,600 -> 00:00:01,900', '-00:00:01,600 --> 00:00:01,900', '00:00:01,600 --> -00:00:01,900'])(
    'leaves out a cue with unreadable times, and does not append it to the text before: %s',
    (times) => {
      const { cues, skipped } = parseSrt(plain.replace('2\n', `9\n${times}\nlost\n\n2\n`));
      expect(cues).toEqual(expected);
      expect(skipped).toEqual([{ line: 6, problem: 'has times that cannot be read' }]);
    },
  );

  it('keeps an arrow in a text', () => {
    expect(parseSrt('00:00:00,000 --> 00:00:01,000\na --> b\n2 cups --> 3').cues[0]?.text).toBe(
      'a --> b\n2 cups --> 3',
    );
  });

  it('refuses a file without a cue', () => {
    expect(() => parseSrt('a text file')).toThrow(SubtitleSyntaxError);
  });

  it('fails with a typed error only, on any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('00:00:01,000 --> 00:00:02,000', '', '7', 'x'))),
        (lines) => {
          try {
            for (const cue of parseSrt(lines.join('\n')).cues) expect(cue.endUs).toBeGreaterThan(cue.startUs);
          } catch (error) {
            expect(error).toBeInstanceOf(SubtitleSyntaxError);
          }
        },
      ),
    );
  });
});
