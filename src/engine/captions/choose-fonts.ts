import { access, constants } from 'node:fs/promises';
import type { Cue, SubtitleStyle } from '../../composition/montage.js';
import { RenderError } from '../../task/failure.js';
import { toLines } from './ass-text.js';
import { type CaptionFonts, styleNameOf } from './caption-canvas.js';
import type { Fonts } from './fonts.js';
import { openRuler } from './text-ruler.js';

/** What a composition without captions needs. */
const NONE: CaptionFonts = { font: null, ruler: null };

/** Captions to be set, and what for. */
export interface CaptionOrder {
  readonly style: SubtitleStyle;
  readonly cues: readonly Cue[];
  readonly signal: AbortSignal;
}

/**
 * What captions are set in; null: there are none.
 * @throws RenderError FONT_NOT_FOUND: it was there at submit, but another machine may have other fonts, and these may have changed since.
 */
export async function chooseFonts(
  order: CaptionOrder | null,
  { named, own }: Pick<Fonts, 'named' | 'own'>,
): Promise<CaptionFonts> {
  if (!order) return NONE;
  const { style, cues, signal } = order;
  const font = style.font === null ? null : named.get(style.font);
  if (font === undefined || (font && !(await isReadable(font.file))))
    throw new RenderError('FONT_NOT_FOUND', 'the worker does not have this font', {
      field: 'spec.montage.subtitles.style.font',
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
