import { captionLayers, type Composition } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';
import { packCues } from '../text/packed-cues.js';
import { runTextJob, type TextJobOptions } from '../text/run-text-job.js';
import { chooseFonts } from './choose-fonts.js';
import type { Fonts } from './fonts.js';

export interface LayoutOptions extends TextJobOptions {
  readonly fonts: Pick<Fonts, 'named' | 'own'>;
  /** Where the ASS document of a layer is written, by its number among the composition's. */
  readonly fileOf: (index: number) => string;
}

/** Writes an ASS document for each caption layer of a composition. @throws RenderError FONT_NOT_FOUND; as `runTextJob`. */
export async function layOutCaptions(composition: Composition, options: LayoutOptions): Promise<Warning[]> {
  const { width, height, frameRate } = composition;
  const warnings: Warning[] = [];
  for (const [index, { cues, ...layer }] of captionLayers(composition).entries()) {
    const fonts = await chooseFonts(layer.style, options.fonts);
    const canvas = { width, height, frameRate };
    const file = options.fileOf(index);
    const result = await runTextJob({ kind: 'lay-out', layer, cues: packCues(cues), canvas, fonts, file }, options);
    if (result.kind === 'laid-out' && result.shrunk > 0) warnings.push(shrunkWarning(result.shrunk, layer.field));
  }
  return warnings;
}

function shrunkWarning(count: number, field: string): Warning {
  const message = 'captions that are too tall for the frame are drawn smaller than `style` says';
  return { code: 'CAPTIONS_SHRUNK', message, field, count };
}
