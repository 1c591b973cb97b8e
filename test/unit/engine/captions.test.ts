import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaptionLayer, Composition } from '../../../src/composition/composition.js';
import { timeUsOf } from '../../../src/composition/frame-grid.js';
import { toAssDocument } from '../../../src/engine/captions/ass-document.js';
import { toAssText, toLines } from '../../../src/engine/captions/ass-text.js';
import { boxDrawing } from '../../../src/engine/captions/box-drawing.js';
import { fitLine } from '../../../src/engine/captions/fit-lines.js';
import { captionWarnings } from '../../../src/engine/captions/missing-glyphs.js';
import { wrapLine } from '../../../src/engine/captions/wrap-text.js';

const RATE = { num: 30, den: 1 };
const white = { r: 255, g: 255, b: 255, a: 255 };
const STYLE: CaptionLayer['style'] = {
  fontSize: 60,
  textColor: white,
  outlineColor: { r: 0, g: 0, b: 0, a: 128 },
  outlineWidth: 3,
  boxColor: null,
  boxShape: 'TEXT' as const,
  font: null,
  bold: true,
  position: 'TOP',
};

const CAPTIONED: Composition = {
  width: 2,
  height: 2,
  frameRate: RATE,
  frames: 1,
  samples: 1600,
  background: white,
  layers: [{ kind: 'captions', cues: [], style: STYLE, field: 'f' }],
  audio: [],
};

function documentOf(text: string, startUs = 0, endUs = 1_000_000, style = STYLE): string[] {
  return toAssDocument(
    { kind: 'captions', field: 'f', cues: [{ text, startUs, endUs }], style },
    { width: 1080, height: 1920, frameRate: RATE, fonts: { font: null, ruler: null } },
  ).text.split('\n');
}

describe('toAssText', () => {
  it('never lets text open an override block or form a command', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '\\', 'N', 'n', 'h', 'p', '1', ' ', '\n', '\r', 'a', '\u2028') }),
        (text) => {
          const ass = toAssText(toLines(text));
          const unescaped = ass.replace(/\\[{}]/g, '').split('\\N');
          for (const line of unescaped) expect(line).not.toMatch(/[{}\n\r]|\\[^\u2060]|\\$/);
        },
      ),
    );
  });

  it('keeps each cue on one line of the document', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (rest) => {
        const text = `x${rest}`;
        expect(documentOf(text).filter((line) => line.startsWith('Dialogue:'))).toHaveLength(1);
        expect(documentOf(text)).toHaveLength(documentOf('x').length);
      }),
    );
  });

  it.each(['\u200B', ' \n\t', '\u200E\u2060', '\u00AD\u3164\uFEFF', '\u0007'])(
    'draws no box for a cue without a visible character: %j',
    (text) => {
      const boxed = { ...STYLE, boxColor: white };
      expect(documentOf(text, 0, 1_000_000, boxed).filter((line) => line.startsWith('Dialogue:'))).toEqual([]);
    },
  );
});

describe('wrapLine', () => {
  it.each([
    ['Thai', 'วันนี้อากาศดีมากเราไปเดินเล่นที่สวนสาธารณะกันเถอะ', ['วันนี้', 'อากาศ', 'สวน']],
    ['Khmer', 'ថ្ងៃនេះអាកាសធាតុល្អណាស់យើងទៅដើរលេងនៅសួនច្បារ', ['ថ្ងៃ', 'អាកាសធាតុ']],
  ])('breaks %s between words, which have no spaces between them', (_script, line, words) => {
    const lines = wrapLine(line, 20);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe(line);
    for (const word of words) expect(lines.some((part) => part.includes(word))).toBe(true);
    const graphemes = new Intl.Segmenter('th', { granularity: 'grapheme' });
    for (const part of lines) expect([...graphemes.segment(part)].length).toBeLessThanOrEqual(20);
  });

  it('returns a line unchanged when it fits or libass can break it', () => {
    expect(wrapLine('short', 40)).toEqual(['short']);
    expect(wrapLine('many words that are together wider than one line', 20)).toEqual([
      'many words that are together wider than one line',
    ]);
  });

  it('breaks CJK evenly, and not before closing or after opening marks', () => {
    const lines = wrapLine('他说：「你好，世界。今天天气很好！」然后他就走了。', 16);
    expect(lines.join('')).toBe('他说：「你好，世界。今天天气很好！」然后他就走了。');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(line).not.toMatch(/^[，。！」：]/);
      expect(line).not.toMatch(/[「]$/);
    }
  });

  it('cuts a word that is longer than a line', () => {
    const lines = wrapLine('a'.repeat(100), 20);
    expect(lines.join('')).toBe('a'.repeat(100));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(20);
  });

  it('keeps every character, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 2, max: 30 }), (text, columns) => {
        const letters = (s: string) => s.replace(/\s/g, '');
        expect(letters(wrapLine(text, columns).join(''))).toBe(letters(text));
      }),
    );
  });
});

describe('fitLine', () => {
  const widthOf = (text: string) => Array.from(text).length;

  it('returns as few rows as needed, about equally wide', () => {
    expect(fitLine('short', { maxWidth: 20, columns: 20, widthOf })).toEqual(['short']);
    expect(fitLine('one two three four five six', { maxWidth: 24, columns: 24, widthOf })).toEqual([
      'one two three',
      'four five six',
    ]);
  });

  it('keeps every character and returns no row that is too wide, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'W', ' ', '.', '好', '，'), maxLength: 80 }),
        fc.integer({ min: 4, max: 30 }),
        (text, columns) => {
          // One character of the text for each column: CJK is then narrower than it is taken for.
          const rows = fitLine(text, { maxWidth: columns, columns, widthOf });
          expect(rows.join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''));
          if (!/[，.]/.test(text)) for (const row of rows) expect(widthOf(row.trim())).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

describe('boxDrawing', () => {
  it('draws a rectangle, or one with corners that never meet', () => {
    expect(boxDrawing({ width: 100.4, height: 40, radius: 0 })).toBe('m 0 0 l 100 0 100 40 0 40');
    expect(boxDrawing({ width: 100, height: 40, radius: 10 })).toMatch(
      /^m 10 0 l 90 0 b 96 0 100 4 100 10 l 100 30 .* 10 0$/,
    );
    expect(boxDrawing({ width: 100, height: 10, radius: 30 })).toMatch(/^m 5 0 l 95 0 b 98 0 100 2 100 5 l 100 5 /);
  });
});

describe('toAssDocument', () => {
  it('writes times at which libass shows exactly the frames of a cue', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 1, max: 300 }), (start, length) => {
        const line = documentOf('x', timeUsOf(start, RATE), timeUsOf(start + length, RATE)).find((l) =>
          l.startsWith('Dialogue:'),
        )!;
        const ms = (time: string) => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000;
        const [, from, to] = line.split(',').map((field) => (field.includes(':') ? ms(field) : 0));
        // The `ass` filter asks for whole milliseconds, rounded down.
        const shown = (frame: number) =>
          Math.round(from!) <= Math.floor((frame * 1_000) / 30) && Math.floor((frame * 1_000) / 30) < Math.round(to!);
        expect([start - 1, start, start + length - 1, start + length].map(shown)).toEqual([false, true, true, false]);
      }),
    );
  });

  it('chooses Japanese shapes for a text with kana', () => {
    expect(documentOf('漢字').find((l) => l.startsWith('Dialogue'))).toContain(',Default,');
    expect(documentOf('漢字です').find((l) => l.startsWith('Dialogue'))).toContain(',Japanese,');
  });

  it('writes the style in pixels of the frame, and colours as alpha, blue, green, red', () => {
    const style = documentOf('x').find((line) => line.startsWith('Style: Default'));
    expect(style).toBe(
      'Style: Default,Noto Sans,60,&H00FFFFFF,&H00FFFFFF,&H7F000000,&H7F000000,-1,0,0,0,100,100,0,0,1,3,0,8,54,54,96,-1',
    );
  });
});

describe('captionWarnings', () => {
  it('counts each missing character once', () => {
    const line = (code: string) =>
      `[Parsed_ass_0 @ 0x1] [warning] fontselect: failed to find any fallback with glyph 0x${code} for font: (Noto Sans, 400, 0)\n`;
    expect(captionWarnings(line('E01') + line('1F600') + line('E01'), [CAPTIONED])).toEqual([
      {
        code: 'CAPTION_GLYPHS_MISSING',
        message: 'no font has U+0E01, U+1F600; they are shown as boxes',
        field: 'f',
        count: 2,
      },
    ]);
    expect(captionWarnings('', [CAPTIONED])).toEqual([]);
  });
});
