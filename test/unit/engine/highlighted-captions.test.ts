import { describe, expect, it } from 'vitest';
import type { CaptionStyle, WordHighlight } from '../../../src/composition/captions.js';
import { toAssDocument } from '../../../src/engine/captions/ass-document.js';
import { measureLine } from '../../../src/engine/captions/line-measure.js';

const RATE = { num: 10, den: 1 };
const rgb = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });
const STYLE: CaptionStyle = {
  font: null,
  fontSize: 20,
  textColor: rgb(255, 255, 255),
  outlineColor: rgb(0, 0, 0),
  outlineWidth: 0,
  boxColor: null,
  boxShape: 'TEXT',
  bold: false,
  position: 'BOTTOM',
};
/** Each character is as wide as the font is high. */
const ruler = { widthOf: (text: string) => text.length };

interface Event {
  readonly layer: number;
  readonly start: string;
  readonly end: string;
  readonly text: string;
}

function eventsOf(text: string, highlight: Partial<WordHighlight>): Event[] {
  const style = { ...STYLE, highlight: { textColor: rgb(0, 0, 0), boxColor: null, scale: 1, ...highlight } };
  const document = toAssDocument(
    { kind: 'captions', field: 'f', cues: [{ text, startUs: 0, endUs: 4_000_000 }], style },
    { width: 400, height: 200, frameRate: RATE, fonts: { font: null, ruler } },
  );
  const lines = document.text
    .split('\n')
    .flatMap((line) => /^Dialogue: (\d),([^,]+),([^,]+),(?:[^,]*,){6}(.*)$/.exec(line) ?? []);
  return Array.from({ length: lines.length / 5 }, (_, i) => {
    const [, layer = '', start = '', end = '', shown = ''] = lines.slice(5 * i, 5 * i + 5);
    return { layer: Number(layer), start, end, text: shown };
  });
}

describe('a highlighted word', () => {
  it('is one event for each word, which covers the time of the cue without a gap', () => {
    const events = eventsOf('aa bb', {});
    expect(events.map(({ start, end }) => [start, end])).toEqual([
      ['0:00:00.00', '0:00:02.00'],
      ['0:00:02.00', '0:00:04.00'],
    ]);
    const colored = /\{\\an5\\pos\(200,180\)\\q2\}(.*)/;
    expect(events.map(({ text }) => colored.exec(text)?.[1])).toEqual([
      '{\\1c&H000000&\\1a&H00&}aa{\\1c&HFFFFFF&\\1a&H00&} bb',
      'aa {\\1c&H000000&\\1a&H00&}bb{\\1c&HFFFFFF&\\1a&H00&}',
    ]);
  });

  it('leaves the other lines alone', () => {
    const events = eventsOf('aa\nbb', {});
    expect(
      events.map(({ start, end, text }) => [
        start.slice(-4),
        end.slice(-4),
        /\\pos\(([^)]+)\)/.exec(text)?.[1],
        text.includes('\\1c'),
      ]),
    ).toEqual([
      ['0.00', '2.00', '200,160', true],
      ['2.00', '4.00', '200,160', false],
      ['0.00', '2.00', '200,180', false],
      ['2.00', '4.00', '200,180', true],
    ]);
  });

  it('grows around its middle, in an event of its own above the text without it', () => {
    const [, , others, alone] = eventsOf('aa bb', { scale: 1.5 });
    expect([others?.layer, alone?.layer]).toEqual([2, 3]);
    expect(others?.text).toBe('{\\an5\\pos(200,180)\\q2}aa {\\alpha&HFF&}bb{\\r\\q2}');
    // The middle of `bb` is 30 to the right of that of the line.
    expect(alone?.text).toBe(
      '{\\an5\\pos(185,180)\\q2}{\\q2\\fscx150\\fscy150}{\\alpha&HFF&}aa {\\r}{\\q2\\fscx150\\fscy150}{\\1c&H000000&\\1a&H00&}bb{\\alpha&HFF&}',
    );
  });

  it('has a box where it stands', () => {
    const boxes = eventsOf('aa bb', { boxColor: rgb(9, 9, 9) }).filter(({ layer }) => layer === 1);
    expect(boxes.map(({ text }) => /\\pos\(([^)]+)\)/.exec(text)?.[1])).toEqual(['147,170', '207,170']);
  });

  it('shows braces and backslashes of the text as they are', () => {
    for (const { text } of eventsOf('{a} \\b {\\c', {}))
      expect(text.replace(/\{\\(?:an5|1c)[^{}]*\}/g, '')).toBe('\\{a\\} \\\u2060b \\{\\\u2060c');
  });

  it.each([
    ['abc de', [4, 6], [4, 6]],
    // Hebrew stands from right to left, a Latin word within it from left to right.
    ['אבג דה', [0, 3], [3, 6]],
    ['אבג דה', [4, 6], [0, 2]],
    ['אב xyz גד', [3, 6], [3, 6]],
    ['אב xyz גד', [3, 4], [3, 4]],
    ['xy אבג', [3, 4], [5, 6]],
  ])('is found in %j', (line, [from, to], [left, right]) => {
    const measured = measureLine(line, ruler.widthOf);
    expect({ ...measured.extentOf({ from: from!, to: to! }), width: measured.width }).toEqual({
      ...{ left, right },
      width: line.length,
    });
  });
});
