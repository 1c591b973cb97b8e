import { describe, expect, it } from 'vitest';
import { isVtt, parseVtt } from '../../../../src/composition/subtitles/vtt.js';

const plain = 'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello\n\n00:00:02.000 --> 00:00:03.000\n你好\n第二行\n';
const expected = [
  { startUs: 0, endUs: 1_500_000, text: 'Hello' },
  { startUs: 2_000_000, endUs: 3_000_000, text: '你好\n第二行' },
];

describe('the WebVTT parser', () => {
  it.each([
    ['plain', plain],
    ['byte order mark', `\uFEFF${plain}`],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
    ['no final line end', plain.trimEnd()],
    [
      'a heading with text, and lines below it',
      plain.replace(
        'WEBVTT',
        'WEBVTT - made by hand\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\nKind: captions',
      ),
    ],
    ['no empty line after the heading', plain.replace('\n\n', '\n')],
    ['no hours', plain.replaceAll('00:00:', '00:')],
    ['hours of three digits', plain.replaceAll('00:00:', '000:00:')],
    ['cue settings', plain.replace('01.500', '01.500 line:0 position:20%,line-left align:start')],
    ['ids', plain.replace('00:00:00', 'intro - 1\n00:00:00').replace('00:00:02', '2\n00:00:02')],
    [
      'numbers as ids, and no empty line between cues',
      plain.replace('00:00:00', '1\n00:00:00').replace('\n\n00:00:02', '\n2\n00:00:02'),
    ],
    ['NOTE', plain.replace('Hello\n', 'Hello\n\nNOTE one line\n\nNOTE\nof more\nlines\n')],
    [
      'STYLE and REGION',
      plain.replace('WEBVTT\n', 'WEBVTT\n\nSTYLE\n::cue(b) {\n  color: red;\n}\n\nREGION\nid:fred\nwidth:40%\n'),
    ],
    ['tags', plain.replace('Hello', '<v.loud Mary Ann><b>H<i>e</i>l</b><c.yellow.bg_blue>l</c><00:00:01.000>o</v>')],
    ['a tag over two lines', plain.replace('你好\n第二行', '<lang zh>你好\n第二行</lang>')],
    [
      'readings of characters, of which the last does not end',
      plain.replace('你好', '<ruby>你<rt>nǐ</rt>好<rt>hǎo</ruby>'),
    ],
    ['readings of characters', plain.replace('你好', '<ruby>你好<rt>nǐ hǎo</rt></ruby>')],
  ])('reads a file with this form: %s', (_, text) => {
    expect(isVtt(text)).toBe(true);
    expect(parseVtt(text)).toMatchObject({ cues: expected, skipped: [] });
  });

  it.each([
    ['a &lt; b &amp;amp; c &gt; d', 'a < b &amp; c > d'],
    ['&lt;b&gt;', '<b>'],
    ['a&nbsp;b &lrm;&rlm;.', 'a\u00A0b \u200E\u200F.'],
    ['&quot;&#39;&#x4f60;&quot;', '"\'你"'],
    ['&constructor; &toString;', '&constructor; &toString;'],
    ['AT&T, &unknown; &#0; &#xD800;', 'AT&T, &unknown; &#0; &#xD800;'],
    ['I <3 you, 1 < 2', 'I <3 you, 1 < 2'],
  ])('reads the text %s', (written, shown) => {
    expect(parseVtt(plain.replace('Hello', written)).cues[0]?.text).toBe(shown);
  });

  it.each([
    ['00:00:03.000 --> 00:00:02.000', 'ends before it starts'],
    ['00:00:aa.000 --> 00:00:02.000', 'has times that cannot be read'],
  ])('leaves out a cue of %s and reports its line', (span, problem) => {
    expect(parseVtt(plain.replace('Hello\n', `Hello\n\nid\n${span}\nlost\n`))).toEqual({
      cues: expected,
      skipped: [{ line: 7, problem }],
    });
    expect(() => parseVtt(`WEBVTT\n\n${span}\nlost`)).toThrow(`there is no subtitle in this file: line 3 ${problem}`);
  });

  it.each(['WEBVTTX\n', 'x WEBVTT', '', plain.slice(7)])('refuses %j', (text) => {
    expect(isVtt(text)).toBe(false);
  });
});
