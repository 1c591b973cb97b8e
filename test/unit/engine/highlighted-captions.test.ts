import { describe, expect, it } from 'vitest';
import type { CaptionStyle, Cue, WordHighlight } from '../../../src/composition/captions.js';
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

const FRAME = { width: 400, height: 200 };
const WIDE = { width: 40_000, height: 200 };

function toDocument(
  cues: readonly Cue[],
  highlight: Partial<WordHighlight>,
  { frame, widthOf }: { frame: typeof FRAME; widthOf: (text: string) => number },
): string {
  const style = { ...STYLE, highlight: { textColor: rgb(0, 0, 0), boxColor: null, scale: 1, ...highlight } };
  const canvas = { ...frame, frameRate: RATE, fonts: { font: null, ruler: { widthOf } } };
  return toAssDocument({ kind: 'captions', field: 'f', cues, style }, canvas).text;
}

/** Its events in characters, and how many characters were measured for it. @param text of one line, whose words are spoken for a frame each at least. */
function documentOf(
  text: string,
  highlight: Partial<WordHighlight>,
  frame: typeof FRAME,
): { size: number; measured: number } {
  let measured = 0;
  const widthOf = (part: string) => {
    measured += part.length;
    return part.length;
  };
  const document = toDocument([{ text, startUs: 0, endUs: 100_000_000 }], highlight, { frame, widthOf });
  return { size: document.length - document.indexOf('[Events]'), measured };
}

function eventsOf(text: string | readonly string[], highlight: Partial<WordHighlight>, frame = FRAME): Event[] {
  const cues = [text].flat().map((one) => ({ text: one, startUs: 0, endUs: 4_000_000 }));
  const document = toDocument(cues, highlight, { frame, widthOf: ruler.widthOf });
  const lines = document
    .split('\n')
    .flatMap((line) => /^Dialogue: (\d),([^,]+),([^,]+),(?:[^,]*,){6}(.*)$/.exec(line) ?? []);
  return Array.from({ length: lines.length / 5 }, (_, i) => {
    const [, layer = '', start = '', end = '', shown = ''] = lines.slice(5 * i, 5 * i + 5);
    return { layer: Number(layer), start, end, text: shown };
  });
}

describe('a highlighted word', () => {
  it('has its colour from its first frame to its last, in one event for the time of the cue', () => {
    const events = eventsOf('aa bb', {});
    expect(events.map(({ start, end }) => [start, end])).toEqual([['0:00:00.00', '0:00:04.00']]);
    const [black, white] = ['\\1c&H000000&\\1a&H00&', '\\1c&HFFFFFF&\\1a&H00&'];
    expect(events[0]?.text).toBe(
      `{\\an5\\pos(200,180)\\q2}{${black}\\t(1999,2000,${white})}aa{${white}} {\\t(1999,2000,${black})}bb{${white}}`,
    );
  });

  it('is in its line alone', () => {
    const events = eventsOf('aa\nbb', {});
    expect(
      events.map(({ text }) => [/\\pos\(([^)]+)\)/.exec(text)?.[1], text.includes('\\t(1999,2000,\\1c&HFFFFFF')]),
    ).toEqual([
      ['200,160', true],
      ['200,180', false],
    ]);
  });

  it('grows around its middle, in an event of its own above the text without it', () => {
    const [others, , alone] = eventsOf('aa bb', { scale: 1.5 });
    expect([others?.layer, alone?.layer]).toEqual([2, 3]);
    const shown = '\\1a&H00&\\2a&H00&\\3a&H00&\\4a&H00&';
    expect(others?.text).toBe(
      `{\\an5\\pos(200,180)\\q2}{\\alpha&HFF&\\t(1999,2000,${shown})}aa{${shown}} {\\t(1999,2000,\\alpha&HFF&)}bb{${shown}}`,
    );
    // The middle of `bb` is 30 to the right of that of the line.
    expect(alone?.text).toBe(
      '{\\an5\\pos(185,180)\\q2}{\\q2\\fscx150\\fscy150}{\\alpha&HFF&}aa {\\r}{\\q2\\fscx150\\fscy150}{\\1c&H000000&\\1a&H00&}bb{\\alpha&HFF&}',
    );
  });

  it.each(['abc ', 'אבג '])('stands at the same place in a line too long to be repeated for it: %j', (word) => {
    const text = word.repeat(40).trim();
    const events = eventsOf(text, { scale: 1.5, boxColor: rgb(9, 9, 9) }, WIDE);
    const middles = (layer: number) =>
      events
        .filter((event) => event.layer === layer)
        .map(({ text: shown }) => Number(/\\pos\(([^,]+),/.exec(shown)?.[1]));
    const [boxes, words] = [middles(1), middles(3)];
    expect(words).toHaveLength(40);
    // A word in the middle of the line has as much beside it on the left as on the right, but for a space.
    for (let i = 10; i < 30; i += 1) {
      const middle = (boxes[i] ?? NaN) + (3 * 1.5 * 20 + 2 * 3) / 2;
      expect(Math.abs((words[i] ?? NaN) - middle)).toBeLessThanOrEqual(1.5 * 20 * 2);
      expect(Math.abs((words[i] ?? NaN) - (words[i - 1] ?? NaN))).toBe(4 * 20);
    }
    for (const { layer, text: shown } of events) if (layer === 3) expect(shown.length).toBeLessThan(200);
  });

  it.each([
    ['a colour', {}],
    ['a size and a box', { scale: 1.5, boxColor: rgb(9, 9, 9) }],
  ])('makes a document that grows with the words and not with their square: %s', (_, highlight) => {
    const [few, many] = [100, 400].map((count) => documentOf('i '.repeat(count).trim(), highlight, WIDE));
    expect(many!.size / few!.size).toBeLessThan(4.6);
    expect(many!.measured / few!.measured).toBeLessThan(6);
  });

  it('is nothing where its cue finds no place in the frame', () => {
    const cues = Array.from({ length: 50 }, () => 'aa bb');
    const events = eventsOf(cues, { scale: 1.5 });
    // Ten lines of 20 pixels are 200.
    expect(events.filter(({ layer }) => layer === 2).length).toBeLessThanOrEqual(10);
    expect(events.filter(({ layer }) => layer === 3).length).toBeLessThanOrEqual(20);
  });

  it('has a box where it stands', () => {
    const boxes = eventsOf('aa bb', { boxColor: rgb(9, 9, 9) }).filter(({ layer }) => layer === 1);
    expect(boxes.map(({ text }) => /\\pos\(([^)]+)\)/.exec(text)?.[1])).toEqual(['147,170', '207,170']);
  });

  it('shows braces and backslashes of the text as they are', () => {
    for (const { text } of eventsOf('{a} \\b {\\c', {}))
      expect(text.replace(/\{\\(?:an5|1c|t\()[^{}]*\}/g, '')).toBe('\\{a\\} \\\u2060b \\{\\\u2060c');
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
