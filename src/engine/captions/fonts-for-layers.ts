import { captionLayers, type CaptionLayer, type Composition } from '../../composition/composition.js';
import type { CaptionStyle } from '../../composition/captions.js';
import type { CaptionFonts } from './caption-canvas.js';
import { chooseFonts } from './choose-fonts.js';
import type { Fonts } from './fonts.js';

/**
 * The fonts of each caption layer. Layers of one style, such as those of a montage's variants, share it.
 * @throws RenderError FONT_NOT_FOUND.
 */
export async function fontsForLayers(
  compositions: readonly Composition[],
  fonts: Pick<Fonts, 'named' | 'own'>,
  signal: AbortSignal,
): Promise<(layer: CaptionLayer) => CaptionFonts> {
  const layers = compositions.flatMap(captionLayers);
  const chosen = new Map<CaptionStyle, CaptionFonts>();
  for (const style of new Set(layers.map((layer) => layer.style))) {
    const cues = layers.filter((layer) => layer.style === style).flatMap((layer) => layer.cues);
    chosen.set(style, await chooseFonts({ style, cues, signal }, fonts));
  }
  return ({ style }) => {
    const found = chosen.get(style);
    if (!found) throw new RangeError('a caption layer is not of these compositions');
    return found;
  };
}
