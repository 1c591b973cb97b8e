import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { openTypeface } from './typeface.js';

/** A font that the operator offers beside our own. */
export interface NamedFont {
  /** Its file's name, by which callers name it. */
  readonly name: string;
  readonly file: string;
  /** Changes with the file's content. */
  readonly version: string;
  /** The family that our fontconfig files say it is of, which is its alone: libass knows fonts by family, weight and slant. */
  readonly family: string;
  /** An em for an ASS font size of 1. */
  readonly em: number;
  /** Whether it has kana: otherwise Japanese is better drawn in a Japanese font altogether. */
  readonly hasKana: boolean;
}

export interface FontFolder {
  /** In order of names. */
  readonly fonts: readonly NamedFont[];
  /** Files that look like fonts and cannot be used, with the reason. */
  readonly unusable: readonly string[];
}

const FONT = /^[^.].*\.(ttf|otf|ttc)$/i;
const KANA_A = 0x3042;
const SAMPLE = 'AVA fi 12';

/** Reads the operator's fonts. Folders within it are not looked at. Null: no folder, no fonts. @throws Error, for people, when there is no such folder. */
export async function readFontFolder(folder: string | null): Promise<FontFolder> {
  if (folder === null) return { fonts: [], unusable: [] };
  const names = await readdir(folder).catch((error: unknown) => {
    throw new Error(`the font folder ${folder} cannot be read: correct CUTROOM_FONT_FOLDER`, { cause: error });
  });
  const fonts: NamedFont[] = [];
  const unusable: string[] = [];
  // One after the other: a font may be large, and is needed only for a moment.
  for (const name of names.filter((file) => FONT.test(file)).sort()) {
    try {
      fonts.push({ ...(await readFont(folder, name)), family: `cutroom ${fonts.length + 1}` });
    } catch (error) {
      unusable.push(`${name}: ${error instanceof Error ? error.message : 'unreadable'}`);
    }
  }
  return { fonts, unusable };
}

async function readFont(folder: string, name: string): Promise<Omit<NamedFont, 'family'>> {
  const file = path.resolve(folder, name);
  const { size, mtimeMs } = await stat(file);
  const typeface = await openTypeface(file);
  // Shaping fails in a damaged font, or one that fontkit cannot read: better found now than by every video.
  typeface.widthOf(SAMPLE);
  return { name, file, version: `${size}-${mtimeMs}`, em: typeface.em, hasKana: typeface.has(KANA_A) };
}
