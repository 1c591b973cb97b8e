import type { Composition } from '../../composition/composition.js';
import { drawnCaptions } from '../../composition/drawn-captions.js';
import { MAX_HIGHLIGHTED_WORDS } from '../../composition/subtitles/highlighted-words.js';
import type { Warning } from '../../composition/warning.js';
import { RenderError } from '../../task/failure.js';
import { packCues } from '../text/packed-cues.js';
import { runTextJob, type TextJobOptions } from '../text/run-text-job.js';
import type { CaptionDocument } from './caption-document.js';
import { chooseFonts } from './choose-fonts.js';
import type { Fonts } from './fonts.js';

export interface LayoutOptions extends TextJobOptions {
  readonly fonts: Pick<Fonts, 'named' | 'own'>;
}

/** The caption layers of a composition as ASS documents, in the order of `drawnCaptions`. */
export interface LaidOutCaptions {
  readonly documents: readonly CaptionDocument[];
  readonly warnings: readonly Warning[];
}

/** Makes an ASS document of each caption layer of a composition. @throws RenderError FONT_NOT_FOUND or INPUT_TOO_LARGE with the field; as `runTextJob`. */
export async function layOutCaptions(composition: Composition, options: LayoutOptions): Promise<LaidOutCaptions> {
  const { frameRate } = composition;
  const warnings: Warning[] = [];
  const documents: CaptionDocument[] = [];
  let maxWords = MAX_HIGHLIGHTED_WORDS;
  for (const { layer: drawn, size } of drawnCaptions(composition)) {
    const { cues, ...layer } = drawn;
    const fonts = await chooseFonts(layer.style, options.fonts);
    const canvas = { ...size, frameRate };
    const result = await runTextJob({ kind: 'lay-out', layer, cues: packCues(cues), canvas, fonts, maxWords }, options);
    if (result.kind === 'too-many-words') throw tooManyWords(layer.field);
    if (result.kind !== 'laid-out') throw new RangeError('a text job answered another one');
    maxWords -= result.words;
    documents.push(result.document);
    if (result.shrunk > 0) warnings.push(shrunkWarning(result.shrunk, layer.field));
  }
  return { documents, warnings };
}

function tooManyWords(field: string): RenderError {
  const message = `these subtitles have more words than can be highlighted: at most ${MAX_HIGHLIGHTED_WORDS} in a video. Leave out \`highlight\`, or divide the video`;
  return new RenderError('INPUT_TOO_LARGE', message, { field });
}

function shrunkWarning(count: number, field: string): Warning {
  const message = 'captions that are too tall for the frame are drawn smaller than `style` says';
  return { code: 'CAPTIONS_SHRUNK', message, field, count };
}
