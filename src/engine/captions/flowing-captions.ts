import type { CaptionLayer } from '../../composition/composition.js';
import { dialogueLine, framesOfCue, sizeOverride } from './ass-dialogue.js';
import { toAssText, toLines } from './ass-text.js';
import { type CaptionCanvas, type Dialogues, EM, isUpper, MARGIN, roomFor, styleNameOf } from './caption-canvas.js';
import { fittingSize } from './fitting-size.js';
import { rowCount, wrapLine } from './wrap-text.js';

/** Captions that libass breaks at their spaces, puts in their place, and moves apart where they are seen at the same time. */
export function flowingDialogues({ cues, style }: CaptionLayer, canvas: CaptionCanvas): Dialogues {
  const { font } = canvas.fonts;
  const rate = canvas.frameRate;
  const { position } = style;
  let shrunk = 0;
  const lines = cues.map((cue) => {
    const heightAt = (size: number) => size * setAt(cue.text, size, canvas).rows;
    const fontSize = fittingSize(style.fontSize, roomFor(style, canvas), heightAt);
    if (fontSize < style.fontSize) shrunk += 1;
    const { broken, rows } = setAt(cue.text, fontSize, canvas);
    const marginV = typeof position === 'number' ? customMargin(position, fontSize * rows, canvas.height) : 0;
    const text = `${sizeOverride(fontSize, style.fontSize)}${toAssText(broken)}`;
    return dialogueLine(framesOfCue(cue, rate), rate, { layer: 0, style: styleNameOf(cue.text, font), marginV, text });
  });
  return { lines, shrunk };
}

/** The lines of a text at a font size, and about how many rows libass makes of them. */
function setAt(text: string, fontSize: number, { width, fonts }: CaptionCanvas): { broken: string[]; rows: number } {
  const halfEm = (fontSize * (fonts.font?.em ?? EM)) / 2;
  const columns = Math.max(2, Math.floor((width * (1 - 2 * MARGIN)) / halfEm));
  const broken = toLines(text).flatMap((line) => wrapLine(line, columns));
  return { broken, rows: rowCount(broken, columns) };
}

/** What is left free beyond the nearer edge, which the text is anchored to: an error in its height then matters least. */
function customMargin(share: number, textHeight: number, height: number): number {
  const free = Math.max(0, height - textHeight);
  // 0 would stand for the style's own margin, which is 0 as well.
  return Math.round(free * (isUpper(share) ? share : 1 - share));
}
