import { eastAsianWidth } from 'get-east-asian-width';

/** Characters that must not begin a line: closing marks, small kana, the long vowel mark. */
const NOT_FIRST =
  /^[、。，．,.：；:;！？!?）)」』】》〉〕\]｝}…‥—ー～・’”ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々%％℃]+$/u;
/** Characters that must not end a line: opening marks. */
const NOT_LAST = /[（(「『【《〈〔[｛{‘“]$/u;

const words = new Intl.Segmenter('zh', { granularity: 'word' });
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/**
 * Breaks a line that is wider than `columns` (a CJK character is two, a Latin letter one) where it would otherwise run out of
 * the frame: libass (0.17) breaks only at spaces, and CJK has none. A line without CJK is left to libass, which
 * measures letters; only words too long for any line are cut.
 */
export function wrapLine(line: string, columns: number): string[] {
  const width = widthOf(line);
  if (width <= columns) return [line];
  if (!breaksWithinWords(line)) return cutLongWords(line, columns).split('\n');
  const rows = Math.ceil(width / columns);
  // Lines of about the same length read better than a full one and a single character.
  const balanced = Math.min(columns, Math.ceil(width / rows) + 2);
  return fill(unitsOf(line, balanced), balanced);
}

/** The pieces of a line between which a row may end: at spaces, or between the words of a line with CJK. */
export function breakableUnits(line: string, columns: number): string[] {
  return breaksWithinWords(line) ? unitsOf(line, columns) : line.split(/(?<= )/);
}

/** The characters of a text as readers see them: with their marks. */
export function graphemesOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Letters are a little wider than half an em on the average. */
const COLUMNS_PER_LETTER = 1.1;

/** About how many rows lines take once libass has broken them at their spaces. */
export function rowCount(lines: readonly string[], columns: number): number {
  return lines.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil((widthOf(line) * (hasWide(line) ? 1 : COLUMNS_PER_LETTER)) / columns)),
    0,
  );
}

function fill(units: readonly string[], columns: number): string[] {
  const rows: string[] = [];
  let [row, width] = ['', 0];
  for (const unit of units) {
    // A space at a row's end takes no room.
    const text = unit.trimEnd();
    const more = widthOf(text);
    if (row !== '' && text !== '' && width + more > columns) {
      rows.push(row.trim());
      [row, width] = ['', 0];
    }
    row += unit;
    width += more + unit.length - text.length;
  }
  if (row.trim() !== '') rows.push(row.trim());
  return rows;
}

/** The pieces between which a line may be broken. */
function unitsOf(line: string, columns: number): string[] {
  const units: string[] = [];
  for (const { segment } of words.segment(line)) {
    const last = units.at(-1);
    if (last !== undefined && (NOT_FIRST.test(segment) || NOT_LAST.test(last)))
      units[units.length - 1] = last + segment;
    else units.push(...(widthOf(segment) > columns ? pieces(segment, columns) : [segment]));
  }
  return units;
}

function cutLongWords(line: string, columns: number): string {
  // Most letters are narrower than half an em, some (M, W) are wider.
  const longest = Math.max(1, Math.floor(columns * 0.8));
  return line
    .split(' ')
    .map((word) => (widthOf(word) > longest ? pieces(word, longest).join('\n') : word))
    .join(' ');
}

function pieces(word: string, columns: number): string[] {
  const rows: string[] = [];
  let [row, width] = ['', 0];
  for (const { segment } of graphemes.segment(word)) {
    const more = widthOfGrapheme(segment);
    if (row !== '' && width + more > columns) {
      rows.push(row);
      [row, width] = ['', 0];
    }
    row += segment;
    width += more;
  }
  return row === '' ? rows : [...rows, row];
}

/** Text in which every UTF-16 unit is a grapheme by itself, as most is. Segmenting it would take ten times as long, and a long file holds up the whole process. */
const SIMPLE = /^[ -~\u3001-\u3029\u3041-\u3096\u30A1-\u30FA\u4E00-\u9FFF\uAC00-\uD7A3\uFF01-\uFF9D]*$/;

function widthOf(text: string): number {
  let width = 0;
  if (SIMPLE.test(text)) {
    for (let i = 0; i < text.length; i += 1) width += eastAsianWidth(text.charCodeAt(i));
    return width;
  }
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

function widthOfGrapheme(grapheme: string): number {
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

/** Scripts without spaces between words, whose characters are not wide. */
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Whether a line is written without spaces, so that it may be broken between words that none part. */
function breaksWithinWords(line: string): boolean {
  return hasWide(line) || UNSPACED.test(line);
}

function hasWide(text: string): boolean {
  return Array.from(text).some((character) => eastAsianWidth(character.codePointAt(0) ?? 0) === 2);
}
