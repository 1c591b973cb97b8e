import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readFonts } from './read-fonts.js';

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

/** Reads the operator's fonts. Folders within it are not looked at. Null: no folder, no fonts. @throws Error, for people, when there is no such folder. */
export async function readFontFolder(folder: string | null): Promise<FontFolder> {
  if (folder === null) return { fonts: [], unusable: [] };
  const names = await readdir(folder).catch((error: unknown) => {
    throw new Error(`the font folder ${folder} cannot be read: correct CUTROOM_FONT_FOLDER`, { cause: error });
  });
  const files = names.filter((file) => FONT.test(file)).sort();
  const answers = await readFonts(files.map((name) => path.resolve(folder, name)));
  const fonts: NamedFont[] = [];
  const unusable: string[] = [];
  for (const [i, name] of files.entries()) {
    const answer = answers[i] ?? { problem: 'unreadable' };
    const file = path.resolve(folder, name);
    const info = await stat(file).catch(() => null);
    if ('problem' in answer) unusable.push(`${name}: ${answer.problem}`);
    else if (info === null) unusable.push(`${name}: it is gone`);
    else
      fonts.push({
        name,
        file,
        version: `${info.size}-${info.mtimeMs}`,
        ...answer,
        family: `cutroom ${fonts.length + 1}`,
      });
  }
  return { fonts, unusable };
}
