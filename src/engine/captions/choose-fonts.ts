import { access, constants } from 'node:fs/promises';
import type { Cue, CaptionStyle } from '../../composition/captions.js';
import { RenderError } from '../../task/failure.js';
import { toLines } from './ass-text.js';
import { type CaptionFonts, styleNameOf } from './caption-canvas.js';
import type { Fonts } from './fonts.js';
import { openRuler } from './text-ruler.js';

/** Captions that need fonts. */
export interface CaptionOrder {
  readonly style: CaptionStyle;
  readonly cues: readonly Cue[];
  readonly signal: AbortSignal;
}

/**
 * The fonts for captions.
 * @throws RenderError FONT_NOT_FOUND: it was there at submit, but another machine may have other fonts, and these may have changed since.
 */
export async function chooseFonts(
  { style, cues, signal }: CaptionOrder,
  { named, own }: Pick<Fonts, 'named' | 'own'>,
): Promise<CaptionFonts> {
  const font = style.font === null ? null : named.get(style.font.name);
  if (font === undefined || (font && !(await isReadable(font.file))))
    throw new RenderError('FONT_NOT_FOUND', 'the worker does not have this font', {
      field: style.font?.field ?? '',
    });
  const isDrawn = style.boxColor !== null && style.boxShape !== 'TEXT';
  if (!isDrawn) return { font, ruler: null };
  const ours = own.map(({ regular, bold }) => (style.bold ? bold : regular));
  const japanese = own.filter(({ isJapanese }) => isJapanese).map(({ regular, bold }) => (style.bold ? bold : regular));
  const ruler = await openRuler({ Default: [...(font ? [font.file] : []), ...ours], Japanese: [...japanese, ...ours] });
  await ruler.prepare(
    cues.flatMap((cue) => toLines(cue.text).map((text) => ({ text, style: styleNameOf(cue.text, font) }))),
    signal,
  );
  return { font, ruler };
}

/** libass would take another font without a word. */
function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
