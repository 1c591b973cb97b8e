import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StyledText } from '../../../../src/composition/drawing.js';
import { textParts } from '../../../../src/composition/text-parts.js';
import { createDrawBench, pixelAt, WHITE, type DrawBench, type Inked } from '../../../support/draw-bench.js';

const RED = { r: 255, g: 0, b: 0, a: 255 };
const GREEN = { r: 0, g: 255, b: 0, a: 255 };

let bench: DrawBench;
beforeAll(async () => {
  bench = await createDrawBench();
});
afterAll(() => bench.close());

/** How many pixels are of about this colour. */
function countOf({ picture }: Inked, isIt: (r: number, g: number, b: number) => boolean): number {
  let count = 0;
  for (let y = 0; y < picture.height; y += 1)
    for (let x = 0; x < picture.width; x += 1) {
      const [r, g, b, a] = pixelAt(picture, x, y);
      if (a > 200 && isIt(r, g, b)) count += 1;
    }
  return count;
}

const isRed = (r: number, g: number, b: number) => r > 200 && g < 60 && b < 60;
const isWhite = (r: number, g: number, b: number) => r > 230 && g > 230 && b > 230;

/** The sum of differences of alpha, in opaque pixels. */
function difference(a: Inked, b: Inked): number {
  let sum = 0;
  for (let i = 3; i < a.picture.data.length; i += 4) sum += Math.abs(a.picture.data[i]! - b.picture.data[i]!);
  return sum / 255;
}

describe('drawn text', () => {
  it.each([40, 100, 200])('has capitals of 0.714 em at %s pixels', async (fontSize) => {
    const { top, bottom } = await bench.text({ text: 'HEX', fontSize }, 800, 300);
    expect(Math.abs(bottom - top - 0.714 * fontSize)).toBeLessThanOrEqual(1);
  });

  it.each([
    ['LEFT', 'TOP'],
    ['CENTER', 'MIDDLE'],
    ['RIGHT', 'BOTTOM'],
  ] as const)('stands at %s and %s', async (align, verticalAlign) => {
    const { left, right, top, bottom } = await bench.text({ text: 'HEH', align, verticalAlign }, 400, 300);
    // The bearing of an H is 0.1 em. In a line of 1.25 em the baseline lies 1.013 em below its top (Noto Sans: 1.069 and 0.293).
    const [width, base] = [400, { TOP: 50.6, MIDDLE: 169.4, BOTTOM: 288.1 }[verticalAlign]];
    const gaps = { LEFT: left, CENTER: (left + width - right) / 2 - (width - right) + 5, RIGHT: width - right };
    expect(gaps[align]).toBeGreaterThan(2);
    expect(gaps[align]).toBeLessThan(8);
    expect(Math.abs(bottom - base)).toBeLessThanOrEqual(1.1);
    expect(Math.abs(bottom - top - 35.7)).toBeLessThanOrEqual(1);
  });

  it('has its lines as far apart as its line height says, and keeps line breaks', async () => {
    const { rows } = await bench.text({ text: 'E\nE\n\nE', lineHeight: 1.6, fontSize: 40 }, 300, 300);
    expect(rows).toHaveLength(3);
    expect(rows[1]!.top - rows[0]!.top).toBeCloseTo(64, -0.5);
    expect(rows[2]!.top - rows[1]!.top).toBeCloseTo(128, -0.5);
  });

  it.each([
    ['at spaces', 'one two three four five six', 40],
    ['between characters of Chinese', '春天来得很早河水又涨高了', 40],
    ['between words of Thai', 'ภาษาไทยเป็นภาษาที่ไม่มีช่องว่าง', 40],
    ['within words that are too long', 'Donaudampfschifffahrt', 40],
  ])('is wrapped %s, within its box', async (_, text, fontSize) => {
    const { rows, left, right } = await bench.text({ text, fontSize, overflow: 'ELLIPSIS' }, 250, 400);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(left).toBeGreaterThan(0);
    expect(right).toBeLessThanOrEqual(250);
    expect(right - left).toBeGreaterThan(150);
  });

  it('shrinks until it fits, and no further', async () => {
    const word = { text: 'HHHHHHHHHH' };
    const { top, bottom, left, right } = await bench.text({ ...word, fontSize: 100 }, 300, 200);
    const full = await bench.text({ ...word, fontSize: 100 }, 2000, 200);
    const scale = 300 / (full.right - full.left + 20);
    expect(Math.abs((bottom - top) / (full.bottom - full.top) - scale)).toBeLessThan(0.03);
    expect(right - left).toBeGreaterThan(280);
  });

  it('breaks a word that is too long at any size, and shrinks only as far as its lines need', async () => {
    const { rows, right } = await bench.text({ text: 'x'.repeat(60), fontSize: 60 }, 200, 200);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows[0]!.bottom - rows[0]!.top).toBeGreaterThan(10);
    expect(right).toBeLessThanOrEqual(200);
  });

  it('is cut with an ellipsis where a quarter of its size is still too large', async () => {
    const text = Array.from({ length: 60 }, () => 'word').join(' ');
    const style = { text, fontSize: 80, verticalAlign: 'TOP' as const };
    const { top, bottom, rows } = await bench.text(style, 200, 60);
    expect(rows).toHaveLength(2);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(bottom).toBeLessThanOrEqual(60);
    // The dots stand on the last line's baseline.
    const whole = await bench.text({ ...style, text: 'word word word' }, 200, 60);
    expect(whole.rows[0]!.bottom - whole.rows[0]!.top).toBeGreaterThan(0);
  });

  it('keeps to its most lines, by an ellipsis at the end of the last', async () => {
    const style = { text: 'one two three four', align: 'LEFT' as const, overflow: 'ELLIPSIS' as const };
    const cut = await bench.text({ ...style, maxLines: 1 }, 260, 200);
    expect(cut.rows).toHaveLength(1);
    expect(difference(cut, await bench.text({ ...style, text: 'one two…' }, 260, 200))).toBe(0);
    expect(cut.right).toBeLessThanOrEqual(260);
  });

  it('has emoji in colour, also with skin tones and a line around the letters', async () => {
    const yellow = (r: number, g: number, b: number) => r > 220 && g > 150 && b < 120;
    const plain = await bench.text({ text: '😀' }, 100, 100);
    expect(countOf(plain, yellow)).toBeGreaterThan(800);
    const outline = { width: 4, color: RED };
    expect(countOf(await bench.text({ text: 'a😀', outline }, 200, 100), yellow)).toBeGreaterThan(800);
    const brown = (r: number, g: number, b: number) => r > 150 && r < 210 && g < 160 && b < 130;
    expect(countOf(await bench.text({ text: '👍🏽' }, 100, 100), brown)).toBeGreaterThan(500);
    expect(countOf(await bench.text({ text: '123 ©' }, 300, 100), yellow)).toBe(0);
  });

  it('joins Arabic letters and sets them from right to left', async () => {
    const joined = await bench.text({ text: 'محمد' }, 300, 100);
    const apart = await bench.text({ text: 'م\u200Cح\u200Cم\u200Cد' }, 300, 100);
    expect(difference(joined, apart)).toBeGreaterThan(joined.amount / 4);
    const mixed = { text: 'שלום abc', align: 'RIGHT' as const };
    const [first] = textParts(mixed.text, 'WORD');
    expect(first).toEqual({ start: 0, end: 4 });
    const hebrew = await bench.text(mixed, 400, 100, { by: 'WORD', index: 0 });
    const latin = await bench.text(mixed, 400, 100, { by: 'WORD', index: 1 });
    expect(hebrew.left).toBeGreaterThan(latin.right);
  });

  it('shapes Devanagari: a conjunct is narrower than its letters', async () => {
    const one = await bench.text({ text: 'क्ष' }, 300, 100);
    const two = await bench.text({ text: 'क्\u200Cष' }, 300, 100);
    expect(one.missing).toEqual([]);
    expect(one.right - one.left).toBeLessThan(two.right - two.left);
  });

  it('takes Japanese shapes where there are kana', async () => {
    const part = { by: 'CHARACTER', index: 0 } as const;
    const style = { align: 'LEFT' as const, fontSize: 80 };
    const japanese = await bench.text({ ...style, text: '直の' }, 300, 100, part);
    const chinese = await bench.text({ ...style, text: '直' }, 300, 100, part);
    expect(difference(japanese, chinese)).toBeGreaterThan(100);
  });

  it('draws characters that no font has as boxes, and names them', async () => {
    const { missing, amount } = await bench.text({ text: '\u{13000}' }, 100, 100);
    expect(missing).toEqual([0x13000]);
    expect(amount).toBeGreaterThan(50);
    expect((await bench.text({ text: 'Ñ 日本 한 ไ 🇩🇪 1️⃣ \u200D' }, 600, 100)).missing).toEqual([]);
  });

  it('is wider and heavier in bold, and leans in italics, within its box', async () => {
    const style: Partial<StyledText> = { text: 'HIH', align: 'RIGHT' };
    const plain = await bench.text(style, 200, 100);
    const bold = await bench.text({ ...style, bold: true }, 200, 100);
    const italic = await bench.text({ ...style, italic: true }, 200, 100);
    expect(bold.amount).toBeGreaterThan(plain.amount * 1.3);
    expect(italic.right - italic.left).toBeGreaterThan(plain.right - plain.left + 6);
    expect(italic.right).toBeLessThan(200);
  });

  it('has its letters further apart by the letter spacing, and Arabic ones joined', async () => {
    const plain = await bench.text({ text: 'HHH' }, 300, 100);
    const spaced = await bench.text({ text: 'HHH', letterSpacing: 20 }, 300, 100);
    expect(Math.abs(spaced.right - spaced.left - (plain.right - plain.left) - 40)).toBeLessThanOrEqual(1);
    expect(Math.abs(spaced.left + spaced.right - 300)).toBeLessThanOrEqual(2);
    const arabic = await bench.text({ text: 'محمد' }, 300, 100);
    expect(difference(arabic, await bench.text({ text: 'محمد', letterSpacing: 20 }, 300, 100))).toBe(0);
  });
});

describe('what is around letters', () => {
  it('is a line of its width outside of them; the letters stay as they are', async () => {
    const plain = await bench.text({ text: 'I', fontSize: 100 }, 200, 150);
    const lined = await bench.text({ text: 'I', fontSize: 100, outline: { width: 8, color: RED } }, 200, 150);
    expect(Math.abs(plain.left - lined.left - 8)).toBeLessThanOrEqual(1);
    expect(Math.abs(lined.bottom - plain.bottom - 8)).toBeLessThanOrEqual(1);
    expect(countOf(lined, isWhite) / countOf(plain, isWhite)).toBeGreaterThan(0.9);
    expect(countOf(lined, isRed)).toBeGreaterThan(1000);
  });

  it('is not seen through letters that let something through', async () => {
    const color = { ...WHITE, a: 100 };
    const { picture } = await bench.text(
      { text: '■', fontSize: 100, color, outline: { width: 8, color: RED } },
      200,
      150,
    );
    const [r, g, b, a] = pixelAt(picture, 100, 85);
    expect([r, g, b]).toEqual([255, 255, 255]);
    expect(Math.abs(a - 100)).toBeLessThanOrEqual(1);
  });

  it('is a shadow at its place', async () => {
    const style = { text: 'I', fontSize: 80 };
    const plain = await bench.text(style, 300, 200);
    const shadow = { x: 60, y: 30, blur: 0, color: GREEN };
    const shaded = await bench.text({ ...style, shadow }, 300, 200);
    expect(shaded.left).toBe(plain.left);
    expect(Math.abs(shaded.right - plain.right - 60)).toBeLessThanOrEqual(1);
    expect(Math.abs(shaded.bottom - plain.bottom - 30)).toBeLessThanOrEqual(1);
    const soft = await bench.text({ ...style, shadow: { ...shadow, blur: 6 } }, 300, 200);
    expect(Math.abs(soft.amount - shaded.amount) / shaded.amount).toBeLessThan(0.02);
  });

  it('is a box around the lines with its padding, and never beyond the picture', async () => {
    const background = { color: GREEN, padding: 15, radius: 0 };
    const style = { text: 'HHH', background, verticalAlign: 'TOP' as const, align: 'LEFT' as const };
    const { left, top, bottom, right } = await bench.text(style, 300, 200);
    expect([left, top]).toEqual([0, 0]);
    expect(Math.abs(bottom - (62.5 + 30))).toBeLessThanOrEqual(1);
    const letters = await bench.text({ ...style, background: null }, 300, 200);
    // Advances: each H has bearings of 0.1 em.
    expect(Math.abs(right - (letters.right + letters.left + 30))).toBeLessThanOrEqual(2);
    const round = await bench.text({ ...style, background: { ...background, radius: 10 } }, 300, 200);
    expect(pixelAt(round.picture, 0, 0)[3]).toBe(0);
    expect(pixelAt(round.picture, 0, 40)).toEqual([0, 255, 0, 255]);
    const tight = await bench.text({ ...style, text: 'HHHHHHHHHHHHHHHHH' }, 300, 100);
    expect(tight.right).toBeLessThanOrEqual(300);
    expect(tight.bottom - tight.top).toBeLessThan(90);
  });
});

describe('the parts of a text', () => {
  it.each([
    ['WORD', 'Hello brave new world'],
    ['CHARACTER', 'Hêllo AVA 日本'],
    ['LINE', 'one\n\ntwo words\nthree'],
    ['WORD', 'مرحبا بالعالم abc שלום 12'],
    ['CHARACTER', 'مرحبا'],
    ['CHARACTER', 'नमस्ते'],
  ] as const)('make the whole text: %s of %s', async (by, text) => {
    const style = { text, fontSize: 30, align: 'LEFT' as const };
    const whole = await bench.text(style, 260, 160);
    const count = textParts(text, by).length;
    const parts = await Promise.all(
      Array.from({ length: count }, (_, index) => bench.text(style, 260, 160, { by, index })),
    );
    expect(parts.every(({ amount }) => amount > 5)).toBe(true);
    const together = { ...whole, picture: { ...whole.picture, data: new Uint8Array(whole.picture.data.length) } };
    for (const { picture } of parts)
      for (let i = 3; i < picture.data.length; i += 4)
        together.picture.data[i] = Math.min(255, together.picture.data[i]! + picture.data[i]!);
    expect(difference(whole, together) / whole.amount).toBeLessThan(0.03);
  });

  it('have the background with the first', async () => {
    const style = { text: 'a b', background: { color: GREEN, padding: 5, radius: 0 } };
    const isGreen = (r: number, g: number, b: number) => g > 200 && r < 60 && b < 60;
    expect(countOf(await bench.text(style, 200, 100, { by: 'WORD', index: 0 }), isGreen)).toBeGreaterThan(500);
    expect(countOf(await bench.text(style, 200, 100, { by: 'WORD', index: 1 }), isGreen)).toBe(0);
  });
});
