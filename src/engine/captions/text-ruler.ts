import { eastAsianWidth } from 'get-east-asian-width';
import { openTypeface, type Typeface } from './typeface.js';

/** Measures text as libass will set it: each character in the first font that has it. */
export interface TextRuler {
  /** Width of one line for a font size of 1, in the fonts of a style. */
  widthOf(line: string, style: StyleName): number;
}

type StyleName = 'Default' | 'Japanese';

/** Files in the order in which libass turns to them. */
export type RulerFiles = Readonly<Record<StyleName, readonly string[]>>;

/** They take no room, and some fonts lack them. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Longer words are shaped in parts, so that none takes long. */
const MAX_WORD_UNITS = 64;

/** Opens the fonts that captions may be set in. They are held in memory, some 30 MB, as long as the ruler is. @throws Error when one cannot be read. */
export async function openRuler(files: RulerFiles): Promise<TextRuler> {
  const opened = new Map<string, Typeface>();
  for (const file of new Set([...files.Default, ...files.Japanese])) opened.set(file, await openTypeface(file));
  const faces = (names: readonly string[]) => names.flatMap((file) => opened.get(file) ?? []);
  const measures = { Default: createMeasure(faces(files.Default)), Japanese: createMeasure(faces(files.Japanese)) };
  const widthOf: TextRuler['widthOf'] = (line, style) => {
    return measuredParts(line.replace(IGNORABLE, '')).reduce((width, word) => width + measures[style](word), 0);
  };
  return { widthOf };
}

/** So many widths are remembered: a text may have a different word in every place. */
const MAX_KNOWN = 20_000;

/** Measures words, each once as a rule: shaping takes some tenths of a millisecond. */
function createMeasure(faces: readonly Typeface[]): (word: string) => number {
  const known = new Map<string, number>();
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const width = runsOf(word, faces).reduce((sum, { face, text }) => sum + face.widthOf(text), 0);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(word, width);
    return width;
  };
}

/** Parts whose widths add up to the line's: words, spaces, and each CJK character by itself, since those are never joined. */
export function measuredParts(line: string): string[] {
  const words: string[] = [];
  let word = '';
  const end = () => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (const character of line) {
    if (character !== ' ' && eastAsianWidth(character.codePointAt(0) ?? 0) < 2) {
      if (word.length >= MAX_WORD_UNITS) end();
      word += character;
    } else {
      end();
      words.push(character);
    }
  }
  end();
  return words;
}

function runsOf(word: string, faces: readonly Typeface[]): { face: Typeface; text: string }[] {
  const runs: { face: Typeface; text: string }[] = [];
  for (const character of word) {
    // What no font has is an empty box of the first one.
    const face = faces.find((candidate) => candidate.has(character.codePointAt(0) ?? 0)) ?? faces[0];
    if (!face) throw new RangeError('a ruler needs a font');
    const last = runs.at(-1);
    if (last?.face === face) last.text += character;
    else runs.push({ face, text: character });
  }
  return runs;
}
