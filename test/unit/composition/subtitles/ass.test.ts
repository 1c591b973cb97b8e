import { describe, expect, it } from 'vitest';
import { isAss, parseAss } from '../../../../src/composition/subtitles/ass.js';

const FORMAT = 'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text';
const head = `[Script Info]\nScriptType: v4.00+\nWrapStyle: 0\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\n${FORMAT}\n`;

function line(text: string, start = '0:00:00.00', end = '0:00:01.50'): string {
  return `Dialogue: 0,${start},${end},Default,,0,0,0,,${text}`;
}

const plain = `${head}${line('Hello, all')}\n${line('你好\\N第二行', '0:00:02.00', '0:00:03.00')}\n`;
const expected = [
  { startUs: 0, endUs: 1_500_000, text: 'Hello, all' },
  { startUs: 2_000_000, endUs: 3_000_000, text: '你好\n第二行' },
];

describe('the ASS and SSA parser', () => {
  it.each([
    ['plain', plain],
    ['byte order mark', `\uFEFF${plain}`],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
    ['no final line end', plain.trimEnd()],
    ['SSA', plain.replace('V4+ Styles', 'V4 Styles').replace(': Layer', ': Marked').replaceAll(': 0,', ': Marked=0,')],
    [
      'columns in another order',
      `[Events]\nFormat: End, Start, Text\nDialogue: 0:00:01.50, 0:00:00.00,Hello, all\nDialogue: 0:00:03.00,0:00:02.00,你好\\N第二行`,
    ],
    ['no columns named', plain.replace(`${FORMAT}\n`, '')],
    [
      'other spelling',
      plain
        .replace('[Events]', ' [EVENTS] ')
        .replace(FORMAT, FORMAT.toLowerCase())
        .replaceAll('Dialogue: ', 'dialogue:'),
    ],
    ['comments', plain.replace(FORMAT, `; a note\n${FORMAT}\n${line('not seen').replace('Dialogue', 'Comment')}`)],
    ['overrides', plain.replace('Hello', '{\\an8\\pos(10,20)\\b1}He{\\b0}{a comment}llo')],
    ['karaoke', plain.replace('Hello', '{\\k20}Hel{\\k30}lo')],
    [
      'drawings',
      plain
        .replace('Hello', '{\\p1}m 0 0 l 100 0{\\p0}Hello')
        .replace(FORMAT, `${FORMAT}\n${line('{\\pos(1,1)\\p2}m 0 0 l 100 100')}`),
    ],
    ['copies on several layers', `${plain}${line('{\\blur3}Hello, all').replace(' 0,', ' 1,')}`],
    ['sections after the events', `${plain}\n[Fonts]\nfontname: x.ttf\n${line('not seen')}`],
    ['not in order', `${head}${line('你好\\N第二行', '0:00:02.00', '0:00:03.00')}\n${line('Hello, all')}`],
  ])('reads a file with this form: %s', (_, text) => {
    expect(isAss(text)).toBe(true);
    expect(parseAss(text)).toMatchObject({ cues: expected, skipped: [] });
  });

  it.each([
    ['a\\Nb', 'a\nb'],
    ['a\\nb', 'a b'],
    ['a\\hb', 'a\u00A0b'],
    ['\\N a \\N\\N b \\N', 'a\nb'],
    ['\\{a\\} {b', '{a} {b'],
    ['C:\\x\\', 'C:\\x\\'],
    ['{\\pos(1,2)}a{\\pbo3}b', 'ab'],
  ])('reads the text %s', (written, shown) => {
    expect(parseAss(head + line(written)).cues[0]?.text).toBe(shown);
  });

  it('breaks lines at \\n too where the file breaks lines itself', () => {
    expect(parseAss((head + line('a\\nb')).replace('WrapStyle: 0', 'WrapStyle: 2')).cues[0]?.text).toBe('a\nb');
  });

  it('reads hours and any number of decimals', () => {
    expect(parseAss(head + line('a', '1:02:03.4', '12:00:00.123')).cues).toEqual([
      { startUs: 3_723_400_000, endUs: 43_200_123_000, text: 'a' },
    ]);
  });

  it.each([
    [line('lost', '0:00:03.00', '0:00:02.00'), 'ends before it starts'],
    [line('lost', 'soon'), 'has times that cannot be read'],
    ['Dialogue: 0,0:00:01.00', 'has times that cannot be read'],
  ])('leaves out %s and reports its line', (bad, problem) => {
    expect(parseAss(plain.replace(FORMAT, `${FORMAT}\n${bad}`))).toEqual({
      cues: expected,
      skipped: [{ line: 11, problem }],
    });
    expect(() => parseAss(head + bad)).toThrow(`there is no subtitle in this file: line 11 ${problem}`);
  });

  it.each(['Format: Start, Text', 'Format: End, Text', 'Format: Start, Text, End'])(
    'refuses %s with its line',
    (format) => {
      expect(() => parseAss(`[Events]\n${format}\nDialogue: 0:00:01.00,x`)).toThrow(/^line 2 must name the columns/);
    },
  );
});
