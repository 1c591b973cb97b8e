import type { Warning } from '../../composition/warning.js';

const MAX_NAMED = 8;

/** What libass says about characters that none of our fonts has: they are shown as empty boxes. */
export function missingGlyphs(stderr: string, field: string): Warning[] {
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
