import { captionLayers, type Composition } from '../../composition/composition.js';
import type { Warning } from '../../composition/warning.js';

const MAX_NAMED = 8;

/** Reports characters that no font has, by ffmpeg's standard error, and names the field of the first caption layer. */
export function captionWarnings(stderr: string, compositions: readonly Composition[]): Warning[] {
  const [layer] = compositions.flatMap(captionLayers);
  return layer ? missingGlyphs(stderr, layer.field) : [];
}

/** What libass says about characters that none of our fonts has: they are shown as empty boxes. */
function missingGlyphs(stderr: string, field: string): Warning[] {
  const codes = [
    ...new Set(
      Array.from(
        stderr.matchAll(/failed to find any fallback with glyph 0x([0-9A-F]+)/gi),
        (match) => match[1]?.toUpperCase() ?? '',
      ),
    ),
  ];
  if (codes.length === 0) return [];
  const named = codes
    .slice(0, MAX_NAMED)
    .map((code) => `U+${code.padStart(4, '0')}`)
    .join(', ');
  const message = `no font has ${named}${codes.length > MAX_NAMED ? ' and others' : ''}; they are shown as boxes`;
  return [{ code: 'CAPTION_GLYPHS_MISSING', message, field, count: codes.length }];
}
