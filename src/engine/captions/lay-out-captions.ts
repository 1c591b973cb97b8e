import { captionLayers, type Composition } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';
import { packCues } from '../text/packed-cues.js';
import { runTextJob, type TextJobOptions } from '../text/run-text-job.js';
import type { CaptionDocument } from './caption-document.js';
import { chooseFonts } from './choose-fonts.js';
import type { Fonts } from './fonts.js';

export interface LayoutOptions extends TextJobOptions {
  readonly fonts: Pick<Fonts, 'named' | 'own'>;
}

/** The caption layers of a composition as ASS documents, in order. */
export interface LaidOutCaptions {
  readonly documents: readonly CaptionDocument[];
  readonly warnings: readonly Warning[];
}

/** Makes an ASS document of each caption layer of a composition. @throws RenderError FONT_NOT_FOUND; as `runTextJob`. */
export async function layOutCaptions(composition: Composition, options: LayoutOptions): Promise<LaidOutCaptions> {
  const { width, height, frameRate } = composition;
  const warnings: Warning[] = [];
  const documents: CaptionDocument[] = [];
  for (const { cues, ...layer } of captionLayers(composition)) {
    const fonts = await chooseFonts(layer.style, options.fonts);
    const canvas = { width, height, frameRate };
    const result = await runTextJob({ kind: 'lay-out', layer, cues: packCues(cues), canvas, fonts }, options);
    if (result.kind !== 'laid-out') throw new RangeError('a text job answered another one');
    documents.push(result.document);
    if (result.shrunk > 0) warnings.push(shrunkWarning(result.shrunk, layer.field));
  }
  return { documents, warnings };
}

function shrunkWarning(count: number, field: string): Warning {
  const message = 'captions that are too tall for the frame are drawn smaller than `style` says';
  return { code: 'CAPTIONS_SHRUNK', message, field, count };
}
