import { TextAsset_Align, TextAsset_VerticalAlign } from '../../../generated/cutroom/v1/timeline.js';
import type { Source } from './reader.js';

const MAX_CHARACTERS = 2000;

/** A field with text to be drawn, as long as text can be. Undefined when there is none. */
export function drawnText(source: Source, key: string): string | undefined {
  const given = source.text(key);
  if (given === undefined || given.trim() === '') return undefined;
  const characters = Array.from(given);
  if (characters.length <= MAX_CHARACTERS) return given;
  source.warn(key, `has ${characters.length} characters; the first ${MAX_CHARACTERS} are taken`);
  return characters.slice(0, MAX_CHARACTERS).join('');
}

/** A font that the source names by family, URL or path: servers have fonts by file name. */
export function noteFont(source: Source, key: string): void {
  if (source.text(key) !== undefined)
    source.warn(key, 'has no counterpart: fonts are files of the server; name one in `font` of the text');
}

/** The words of horizontal alignment. */
export const ALIGNS: Readonly<Record<string, TextAsset_Align>> = {
  left: TextAsset_Align.ALIGN_LEFT,
  start: TextAsset_Align.ALIGN_LEFT,
  center: TextAsset_Align.ALIGN_CENTER,
  right: TextAsset_Align.ALIGN_RIGHT,
  end: TextAsset_Align.ALIGN_RIGHT,
};

/** The words of vertical alignment. */
export const VERTICAL_ALIGNS: Readonly<Record<string, TextAsset_VerticalAlign>> = {
  top: TextAsset_VerticalAlign.VERTICAL_ALIGN_TOP,
  center: TextAsset_VerticalAlign.VERTICAL_ALIGN_MIDDLE,
  middle: TextAsset_VerticalAlign.VERTICAL_ALIGN_MIDDLE,
  bottom: TextAsset_VerticalAlign.VERTICAL_ALIGN_BOTTOM,
};

/** Whether a weight, a number or a word of CSS, is bold. */
export function isBold(source: Source, key: string): boolean {
  const given = source.value(key);
  if (given === undefined) return false;
  const words: Readonly<Record<string, number>> = {
    thin: 100,
    light: 300,
    normal: 400,
    regular: 400,
    medium: 500,
    bold: 700,
    bolder: 700,
  };
  const weight = typeof given === 'string' && Object.hasOwn(words, given) ? words[given] : source.number(key);
  if (weight === undefined) return false;
  if (weight !== 400 && weight !== 700)
    source.warn(key, `is ${weight}, and ${weight >= 600 ? 'bold' : 'regular'} here`);
  return weight >= 600;
}
