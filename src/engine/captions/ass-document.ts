import type { CaptionLayer } from '../../composition/composition.js';
import type { CaptionStyle } from '../../composition/captions.js';
import type { Color } from '../../composition/color.js';
import { assColor } from './ass-color.js';
import { isVisible } from './ass-text.js';
import { placedDialogues } from './placed-captions.js';
import { type CaptionCanvas, isUpper, MARGIN } from './caption-canvas.js';
import { flowingDialogues } from './flowing-captions.js';
import { CAPTION_FAMILY, JAPANESE_FAMILY } from './fonts.js';

const BOX_PADDING = 0.15;

const STYLE_FORMAT =
  'Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ' +
  'ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding';

/**
 * A caption layer as an ASS document for libass, in which one unit is one pixel of the frame. Cues begin and end on frames: a cue
 * is seen on exactly the frames from the one nearest to its start up to the one nearest to its end, and on at least one. Pure, given the fonts.
 * @returns the document, and how many cues are drawn smaller than their style says, since they would not fit into the frame.
 */
export function toAssDocument(layer: CaptionLayer, canvas: CaptionCanvas): { text: string; shrunk: number } {
  const { style } = layer;
  const visible = { ...layer, cues: layer.cues.filter(({ text }) => isVisible(text)) };
  const { font, ruler } = canvas.fonts;
  const { lines, shrunk } = ruler ? placedDialogues(visible, canvas, ruler) : flowingDialogues(visible, canvas);
  const text = [
    '[Script Info]',
    'ScriptType: v4.00+',
    `PlayResX: ${canvas.width}`,
    `PlayResY: ${canvas.height}`,
    'WrapStyle: 0',
    'ScaledBorderAndShadow: yes',
    '',
    '[V4+ Styles]',
    `Format: ${STYLE_FORMAT}`,
    styleLine('Default', font?.family ?? CAPTION_FAMILY, style, canvas),
    styleLine('Japanese', JAPANESE_FAMILY, style, canvas),
    ...(ruler && style.boxColor ? [boxStyleLine('Box', style.boxColor)] : []),
    ...(ruler && style.highlight?.boxColor ? [boxStyleLine('Word', style.highlight.boxColor)] : []),
    '',
    '[Events]',
    'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
    ...lines,
    '',
  ].join('\n');
  return { text, shrunk };
}

function styleLine(name: string, family: string, style: CaptionStyle, canvas: CaptionCanvas): string {
  // With a ruler the box is drawn, and is no matter of the text's style.
  const box = canvas.fonts.ruler ? null : style.boxColor;
  const hasOutline = style.boxColor === null || style.boxShape !== 'TEXT';
  const side = Math.round(canvas.width * MARGIN);
  const values = [
    name,
    family,
    decimal(style.fontSize),
    assColor(style.textColor),
    assColor(style.textColor),
    assColor(style.outlineColor),
    assColor(box ?? style.outlineColor),
    style.bold ? -1 : 0,
    0,
    0,
    0,
    100,
    100,
    0,
    0,
    // 4 (of libass) is one box around all lines, as far beyond them as the shadow would be; 1 is an outline.
    box ? 4 : 1,
    decimal(hasOutline ? style.outlineWidth : 0),
    decimal(box ? style.fontSize * BOX_PADDING : 0),
    alignment(style.position),
    side,
    side,
    typeof style.position === 'number' ? 0 : Math.round(canvas.height * MARGIN),
    // Each line's direction follows from its first strong letter.
    -1,
  ];
  return `Style: ${values.join(',')}`;
}

/** A drawing has the primary colour; neither outline nor shadow goes around it. */
function boxStyleLine(name: string, color: Color): string {
  const fill = assColor(color);
  return `Style: ${[name, CAPTION_FAMILY, 20, fill, fill, fill, fill, 0, 0, 0, 0, 100, 100, 0, 0, 1, 0, 0, 7, 0, 0, 0, -1].join(',')}`;
}

function alignment(position: CaptionStyle['position']): number {
  if (typeof position === 'number') return isUpper(position) ? 8 : 2;
  switch (position) {
    case 'BOTTOM':
      return 2;
    case 'CENTER':
      return 5;
    case 'TOP':
      return 8;
  }
}

function decimal(value: number): string {
  return String(Math.round(value * 100) / 100);
}
