import type { Composition } from '../../composition/composition.js';
import { drawnCaptions } from '../../composition/drawn-captions.js';
import type { Warning } from '../../composition/warning.js';

const MAX_NAMED = 8;

/** Reports characters that no font has, by ffmpeg's standard error, and names the field of the first caption layer. */
export function captionWarnings(stderr: string, compositions: readonly Composition[]): Warning[] {
  const [layer] = compositions.flatMap((composition) => drawnCaptions(composition).map((drawn) => drawn.layer));
  const warning = layer ? missingGlyphs(codePointsIn(stderr), layer.field) : null;
  return warning ? [warning] : [];
}

/** What libass says about characters that none of our fonts has: they are shown as empty boxes. */
function codePointsIn(stderr: string): number[] {
  const found = stderr.matchAll(/failed to find any fallback with glyph 0x([0-9A-F]+)/gi);
  return [...new Set(Array.from(found, (match) => parseInt(match[1] ?? '', 16)))];
}

/** Reports code points, each given once, that no font has. Null: there are none. */
export function missingGlyphs(codePoints: readonly number[], field: string): Warning | null {
  if (codePoints.length === 0) return null;
  const named = codePoints
    .slice(0, MAX_NAMED)
    .map((code) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`)
    .join(', ');
  const message = `no font has ${named}${codePoints.length > MAX_NAMED ? ' and others' : ''}; they are shown as boxes`;
  return { code: 'CAPTION_GLYPHS_MISSING', message, field, count: codePoints.length };
}
