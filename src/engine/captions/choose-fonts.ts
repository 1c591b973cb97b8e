import { access, constants } from 'node:fs/promises';
import type { CaptionStyle } from '../../composition/captions.js';
import { RenderError } from '../../task/failure.js';
import type { NamedFont } from './font-folder.js';
import type { Fonts } from './fonts.js';
import type { RulerFiles } from './text-ruler.js';

/** The fonts of one caption layer, as files. */
export interface CaptionFontFiles {
  /** The font that the style names; null: our own. */
  readonly font: NamedFont | null;
  /** The files that text is measured in where its place must be known: a box is drawn to its measure, a word is highlighted, a safe area is kept. Null: nowhere. */
  readonly ruler: RulerFiles | null;
}

/**
 * The fonts for captions.
 * @throws RenderError FONT_NOT_FOUND: it was there at submit, but another machine may have other fonts, and these may have changed since.
 */
export async function chooseFonts(
  style: CaptionStyle,
  { named, own }: Pick<Fonts, 'named' | 'own'>,
): Promise<CaptionFontFiles> {
  const font = style.font === null ? null : named.get(style.font.name);
  if (font === undefined || (font && !(await isReadable(font.file))))
    throw new RenderError('FONT_NOT_FOUND', 'the worker does not have this font', {
      field: style.font?.field ?? '',
    });
  const isBoxDrawn = style.boxColor !== null && style.boxShape !== 'TEXT';
  if (!isBoxDrawn && !style.highlight && !style.safeArea) return { font, ruler: null };
  const ours = own.map(({ regular, bold }) => (style.bold ? bold : regular));
  const japanese = own.filter(({ isJapanese }) => isJapanese).map(({ regular, bold }) => (style.bold ? bold : regular));
  return { font, ruler: { Default: [...(font ? [font.file] : []), ...ours], Japanese: [...japanese, ...ours] } };
}

/** libass would take another font without a word. */
function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
