import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSubtitles } from '../../../../src/composition/subtitles/parse-subtitles.js';
import { SubtitleSyntaxError } from '../../../../src/composition/subtitles/subtitle-text.js';
import { startThreadTime } from '../../../support/thread-time.js';

const S = 1_000_000;
/** Seconds and texts of the cues of a file. */
const read = (text: string) =>
  parseSubtitles(text, 'f').cues.map((cue) => [cue.startUs / S, cue.endUs / S, cue.text] as const);
const codesOf = (text: string) => parseSubtitles(text, 'f').warnings.map(({ code }) => code);

describe('the SBV parser', () => {
  it('reads a file as YouTube writes it', () => {
    const text = '0:00:01.000,0:00:02.500\nHello,\nworld\n\n0:01:00.000,1:00:00.000\nfirst[br]second\n';
    expect(read(text)).toEqual([
      [1, 2.5, 'Hello,\nworld'],
      [60, 3600, 'first\nsecond'],
    ]);
    expect(read(`\uFEFF\r\n${text.replace(/\n/g, '\r\n')}`)).toHaveLength(2);
    expect(codesOf(text)).toEqual([]);
  });

  it('leaves out a cue that ends before it starts', () => {
    const text = '0:00:01.000,0:00:02.000\na\n\n0:00:04.000,0:00:03.000\nb\n';
    expect(read(text)).toEqual([[1, 2, 'a']]);
    expect(codesOf(text)).toEqual(['SUBTITLES_SKIPPED']);
  });
});

describe('the MicroDVD parser', () => {
  it('reads times by the frame rate in the first line', () => {
    const text =
      '{1}{1}25.000\n{25}{75}Hello|world\n{100}{}{y:i}/until the next\n{150}{200}{c:$0000ff}{Y:b}styled\n{250}{}last';
    expect(read(text)).toEqual([
      [1, 3, 'Hello\nworld'],
      [4, 6, 'until the next'],
      [6, 8, 'styled'],
      [10, 14, 'last'],
    ]);
    expect(codesOf(text)).toEqual(['SUBTITLE_STYLING_IGNORED']);
    expect(read('{0}{0}23,976\n{24}{48}a')).toEqual([[1.001001, 2.002002, 'a']]);
  });

  it('refuses a file without a frame rate, with the fix', () => {
    expect(() => read('{25}{75}Hello')).toThrow(/MicroDVD .*add a first line such as \{1\}\{1\}25/);
  });
});

describe('the SAMI parser', () => {
  const file = (body: string) =>
    `<SAMI>\n<HEAD><STYLE TYPE="text/css"><!-- P { color: white } .ENCC {Name: English;} --></STYLE></HEAD>\n<BODY>\n${body}</BODY></SAMI>`;

  it('shows each text until the next one, which may be blank', () => {
    const text = file(
      '<SYNC Start=1000><P Class=ENCC>Hello<br>\n  wide   world &amp; all\n<SYNC Start=2500><P Class=ENCC>&nbsp;\n<SYNC Start=4000><P Class=ENCC><i>next</i>\n<SYNC Start="5000"><P>last</P>\n',
    );
    expect(read(text)).toEqual([
      [1, 2.5, 'Hello\nwide world & all'],
      [4, 5, 'next'],
      [5, 9, 'last'],
    ]);
    expect(codesOf(text)).toEqual(['SUBTITLE_STYLING_IGNORED']);
  });

  it('reads the first of several languages, with a warning', () => {
    const text = file(
      '<SYNC Start=1000><P Class=ENCC>one\n<SYNC Start=1000><P Class=FRCC>un\n<SYNC Start=2000><P Class=ENCC>two\n',
    );
    expect(read(text)).toEqual([
      [1, 2, 'one'],
      [2, 6, 'two'],
    ]);
    expect(parseSubtitles(text, 'f').warnings).toContainEqual({
      code: 'SUBTITLES_SKIPPED',
      message: 'a subtitle is left out: line 5 is of another language (FRCC)',
      field: 'f',
      count: 1,
    });
  });
});

describe('the TTML parser', () => {
  const file = (body: string, attributes = '') =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ${attributes}>\n<head><metadata><ttm:title>not shown</ttm:title></metadata></head>\n<body><div>\n${body}\n</div></body></tt>`;

  it('reads times of all kinds', () => {
    const text = file(
      [
        '<p begin="00:00:01.500" end="00:00:02">clock</p>',
        '<p begin="00:00:03:12" end="00:00:04:00">frames of the clock</p>',
        '<p begin="5s" dur="1500ms">offset</p>',
        '<p begin="200f" end="225f">frames</p>',
        '<p begin="100t" end="0.5m">ticks</p>',
      ].join('\n'),
      'ttp:frameRate="25" ttp:tickRate="10"',
    );
    expect(read(text)).toEqual([
      [1.5, 2, 'clock'],
      [3.48, 4, 'frames of the clock'],
      [5, 6.5, 'offset'],
      [8, 9, 'frames'],
      [10, 30, 'ticks'],
    ]);
    expect(codesOf(text)).toEqual([]);
  });

  it('counts frames by the multiplier of NTSC', () => {
    const text = file('<p begin="30f" end="60f">a</p>', 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"');
    expect(read(text)).toEqual([[1.001, 2.002, 'a']]);
  });

  it('reads lines, entities and spans, and folds the whitespace of the layout', () => {
    const text = file(
      '<p begin="1s" end="2s">\n    <span tts:color="red">one &lt; two</span>\n   &#x4F60;<br/>\n  <!-- no --><![CDATA[a <b> c]]>\n</p>',
    );
    expect(read(text)).toEqual([[1, 2, 'one < two 你\na <b> c']]);
  });

  it('adds the times of the parents of a paragraph, and reads timed spans by themselves', () => {
    const text = `<tt:tt xmlns:tt="http://www.w3.org/ns/ttml"><tt:body begin="10s"><tt:div begin="5s" end="10s"><tt:p begin="1s" end="30s">in</tt:p><tt:p><tt:span begin="2s" end="3s">a</tt:span><tt:span begin="3s" end="4s">b</tt:span></tt:p></tt:div></tt:body></tt:tt>`;
    expect(read(text)).toEqual([
      [16, 20, 'in'],
      [17, 18, 'a'],
      [18, 19, 'b'],
    ]);
  });

  it('reports ignored styles and left-out paragraphs', () => {
    const text = file('<p begin="1s" end="2s">a</p>\n<p begin="x" end="2s">b</p>\n<p>c</p>').replace(
      '<metadata>',
      '<styling><style xml:id="s"/></styling><metadata>',
    );
    expect(read(text)).toHaveLength(1);
    const { warnings } = parseSubtitles(text, 'f');
    expect(warnings).toMatchObject([
      { code: 'SUBTITLE_STYLING_IGNORED' },
      { code: 'SUBTITLES_SKIPPED', message: 'subtitles are left out: line 6 has times that cannot be read', count: 2 },
    ]);
  });

  it.each([
    ['a tag that does not end', '<p begin="1s'],
    ['a comment that does not end', '<!-- x'],
  ])('refuses %s, with the line', (_name, body) => {
    expect(() => read(`<tt>\n\n${body}`)).toThrow(/no XML: see line 3/);
  });

  it('does not expand entities', () => {
    const text = `<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "aaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]><tt><body><p begin="1s" end="2s">&a;&x;</p></body></tt>`;
    expect(() => read(text)).not.toThrow(TypeError);
    expect(JSON.stringify(parseSubtitles(text, 'f').cues)).not.toContain('aaaa');
  });
});

describe('a warning about ignored styling', () => {
  it.each([
    ['SRT with <font>', '1\n00:00:00,000 --> 00:00:01,000\n<font color="red">a</font>', ['SUBTITLE_STYLING_IGNORED']],
    ['SRT without', '1\n00:00:00,000 --> 00:00:01,000\n<b>a</b>', []],
    [
      'VTT with ::cue',
      'WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:00.000 --> 00:01.000\na',
      ['SUBTITLE_STYLING_IGNORED'],
    ],
    ['VTT without', 'WEBVTT\n\n00:00.000 --> 00:01.000\n<c.loud>a</c>', []],
  ])('is given as expected for %s', (_name, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
    expect(read(text)).toEqual([[0, 1, 'a']]);
  });
});

describe('the WebVTT parser', () => {
  it('keeps the text behind a line of one blank, as YouTube writes it', () => {
    const text =
      'WEBVTT\nKind: captions\n\n00:00:01.000 --> 00:00:02.000 align:start position:0%\n \nhello<00:00:01.200><c> world</c>\n\n00:00:02.000 --> 00:00:02.010\nhello world\n \n\n00:00:02.010 --> 00:00:03.000\nhello world\nagain\n';
    expect(read(text)).toEqual([
      [1, 2, 'hello world'],
      [2, 2.01, 'hello world'],
      [2.01, 3, 'hello world\nagain'],
    ]);
  });
});

describe('the subtitle reader', () => {
  it.each([
    ['SCC', 'Scenarist_SCC V1.0\n\n00:00:00:22\t9425 9425 94ad'],
    ['VobSub', '# VobSub index file, v7 (do not modify this line!)\nsize: 720x480\n'],
    ['LRC', '[ti:Song]\n[00:12.00]Line one\n'],
    ['LRC', '[00:12.00]Line one\n'],
    ['MPL2', '[12][34]Hello\n'],
    ['TMPlayer', '00:00:01:Hello\n'],
    ['HTML', '<!DOCTYPE html>\n<html><body>Not found</body></html>'],
    ['JSON', '{"events": []}'],
  ])('refuses an unsupported format by name: %s', (name, text) => {
    expect(() => read(text)).toThrow(SubtitleSyntaxError);
    expect(() => read(text)).toThrow(name);
  });
});

describe('the reader of every subtitle format', () => {
  const pieces = [
    '<SAMI>',
    '<SYNC Start=1>',
    '<P Class=A>',
    '<br',
    '<tt>',
    '<body>',
    '<p begin="1s">',
    '</p>',
    '<!--',
    '-->',
    '<![CDATA[',
    '"',
    "'",
    '>',
    '<',
    '&#x41;',
    '{1}{1}25',
    '{1}{2}a|b',
    '{y:i}',
    '0:00:01.000,0:00:02.000',
    'text',
    '\n',
    '\n',
    ' ',
  ];

  it('reads or refuses any bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...pieces.slice(0, 4), '<tt>', '{1}{1}25\n', '0:00:01.000,0:00:02.000\n'),
        fc.array(fc.constantFrom(...pieces), { maxLength: 40 }),
        (first, rest) => {
          try {
            for (const cue of parseSubtitles(first + rest.join(''), 'f').cues)
              expect(cue.endUs).toBeGreaterThan(cue.startUs);
          } catch (error) {
            expect(error).toBeInstanceOf(SubtitleSyntaxError);
          }
        },
      ),
    );
  });

  it.each(pieces.slice(0, 20))('is quick with a MiB of %s alone', (piece) => {
    for (const first of ['<SAMI>', '<tt><body><p begin="1s" end="2s">', '{1}{1}25\n', '0:00:01.000,0:00:02.000\n']) {
      const text = first + piece.repeat(Math.floor((1024 * 1024) / piece.length));
      const since = startThreadTime();
      try {
        parseSubtitles(text, 'f');
      } catch (error) {
        expect(error).toBeInstanceOf(SubtitleSyntaxError);
      }
      expect(since().cpuMs).toBeLessThan(5_000);
    }
  });
});
