import { GlobalFonts } from '@napi-rs/canvas';
import type { FontRef } from '../../../composition/asset.js';
import { styleNameOf } from '../../captions/caption-canvas.js';
import { openTypeface, type Typeface } from '../../captions/typeface.js';
import type { FontFiles } from '../draw-protocol.js';

/** The fonts of a text, in the order in which they are asked for a character. */
export interface FontList {
  /** For the `font` of a canvas. */
  readonly families: string;
  /** One file of each. */
  readonly files: readonly string[];
}

/** A font that the canvas cannot draw with. */
export class FontUnusableError extends Error {
  override readonly name = 'FontUnusableError';
}

/** Fonts by the names that only we know, so that no font of the machine is taken. */
export interface FontBook {
  /** @throws FontUnusableError for an operator's font that cannot be drawn with. */
  listFor(text: string, font: FontRef | null): FontList;
  /** The code points of a text that none of the fonts has, each once. */
  missingIn(text: string, list: FontList): Promise<readonly number[]>;
}

interface Family {
  readonly name: string;
  readonly files: readonly string[];
}

const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}]/u;

/** Fonts are registered once they are needed. */
export function openFontBook({ own, colorEmoji, named }: FontFiles): FontBook {
  const registered = new Map<string, Family>();
  const faces = new Map<string, Promise<Typeface>>();

  function register(name: string, files: readonly string[]): Family {
    const known = registered.get(name);
    if (known) return known;
    if (!files.every((file) => GlobalFonts.registerFromPath(file, name) !== null))
      throw new FontUnusableError('the canvas cannot read a font');
    const family = { name, files };
    registered.set(name, family);
    return family;
  }

  const letters = own.filter(({ isEmoji, isJapanese }) => !isEmoji && !isJapanese);
  const kana = own.filter(({ isJapanese }) => isJapanese);
  const familiesOf = (fonts: FontFiles['own'], kind: string) =>
    fonts.map(({ regular, bold }, i) => register(`cutroom ${kind} ${i}`, [regular, bold]));

  async function has(file: string, codePoint: number): Promise<boolean> {
    const face = faces.get(file) ?? openTypeface(file);
    faces.set(file, face);
    return (await face).has(codePoint);
  }

  return {
    listFor(text, font) {
      const ref = font === null ? null : (named[font.name] ?? null);
      if (font !== null && ref === null) throw new FontUnusableError('a font was not handed over');
      const isJapanese = styleNameOf(text, ref) === 'Japanese';
      const ours = familiesOf(letters, 'font');
      const japanese = familiesOf(kana, 'japanese');
      const chosen = ref && !isJapanese ? [register(`cutroom named ${ref.family}`, [ref.file])] : [];
      const emoji = register('cutroom emoji', [colorEmoji]);
      const order = [...chosen, ...(isJapanese ? [...japanese, ...ours] : [...ours, ...japanese]), emoji];
      return {
        families: order.map(({ name }) => `'${name}'`).join(', '),
        files: order.flatMap(({ files }) => files.slice(0, 1)),
      };
    },
    async missingIn(text, { files }) {
      const missing: number[] = [];
      for (const character of new Set(text)) {
        if (IGNORABLE.test(character)) continue;
        const codePoint = character.codePointAt(0) ?? 0;
        let found = false;
        for (const file of files) if (!found) found = await has(file, codePoint);
        if (!found) missing.push(codePoint);
      }
      return missing;
    },
  };
}
