import type { CaptionStyle } from '../../composition/captions.js';
import type { Color } from '../../composition/color.js';
import { throughBt601 } from '../compositor/color/bt709.js';

/** ASS writes colours as alpha, blue, green, red, with alpha 0 for opaque. */
export function assColor(color: Color): string {
  const { alpha, bgr } = parts(color);
  return `&H${alpha}${bgr}`;
}

/** Overrides that give the text after them a colour. */
export function colorOverride(color: Color): string {
  const { alpha, bgr } = parts(color);
  return `\\1c&H${bgr}&\\1a&H${alpha}&`;
}

/** Overrides that give the text after them the opacity of a style again, after `\alpha`. */
export function alphaOverride({ textColor, outlineColor }: Pick<CaptionStyle, 'textColor' | 'outlineColor'>): string {
  const [text, outline] = [parts(textColor).alpha, parts(outlineColor).alpha];
  return `\\1a&H${text}&\\2a&H${text}&\\3a&H${outline}&\\4a&H${outline}&`;
}

function parts(color: Color): { alpha: string; bgr: string } {
  const { r, g, b, a } = throughBt601(color);
  const [alpha = '', ...rest] = [255 - a, b, g, r].map((v) => v.toString(16).padStart(2, '0').toUpperCase());
  return { alpha, bgr: rest.join('') };
}
