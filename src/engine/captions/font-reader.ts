/** Reads fonts in a process of its own: a damaged one can keep the library busy for ever, or have it take all memory. */
import { openTypeface } from './typeface.js';

const KANA_A = 0x3042;
const SAMPLE = 'AVA fi 12';

/** What is found out about a font. */
export type FontAnswer = { readonly em: number; readonly hasKana: boolean } | { readonly problem: string };

async function answerTo(file: string): Promise<FontAnswer> {
  try {
    const typeface = await openTypeface(file);
    // Shaping fails in a damaged font, or one that fontkit cannot read: better found now than by every video.
    typeface.widthOf(SAMPLE);
    return { em: typeface.em, hasKana: typeface.has(KANA_A) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'unreadable' };
  }
}

process.on('message', (file: string) => {
  void answerTo(file).then((answer) => {
    process.send?.(answer);
  });
});
process.once('disconnect', () => process.exit());
