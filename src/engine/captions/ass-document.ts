import type { CaptionTrack } from '../../composition/composition.js';
import { framesOf, type Rational } from '../../composition/frame-grid.js';
import type { Color, Cue, SubtitleStyle } from '../../composition/montage.js';
import { throughBt601 } from '../graph/bt709.js';
import { toAssText, toLines } from './ass-text.js';
import type { NamedFont } from './font-folder.js';
import { CAPTION_FAMILY, JAPANESE_FAMILY } from './fonts.js';
import { rowCount, wrapLine } from './wrap-text.js';

/** The frame that captions are drawn on. */
export interface CaptionCanvas {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  /** What the style's `font` names; absent or null: our own. */
  readonly font?: NamedFont | null;
}

/** Free space at either side, and above or below, as a share of the frame. */
const MARGIN = 0.05;
/** Width of a CJK character for a font size of 1: ASS sizes are heights of a line, and our fonts' lines are 1.36 to 1.45 em high. */
const EM = 0.73;
const BOX_PADDING = 0.15;
const KANA = /[\u3041-\u30FF\u31F0-\u31FF\uFF66-\uFF9F]/;

const STYLE_FORMAT =
  'Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ' +
  'ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding';

/**
 * A caption track as an ASS document for libass, in which one unit is one pixel of the frame. Cues begin and end on frames: a cue
 * is seen on exactly the frames from the one nearest to its start up to the one nearest to its end, and on at least one.
 */
export function toAssDocument(track: CaptionTrack, canvas: CaptionCanvas): string {
  const columns = Math.max(2, Math.floor((canvas.width * (1 - 2 * MARGIN)) / ((track.style.fontSize * (canvas.font?.em ?? EM)) / 2)));
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    `PlayResX: ${canvas.width}`,
    `PlayResY: ${canvas.height}`,
    'WrapStyle: 0',
    'ScaledBorderAndShadow: yes',
    '',
    '[V4+ Styles]',
    `Format: ${STYLE_FORMAT}`,
    styleLine('Default', canvas.font?.family ?? CAPTION_FAMILY, track.style, canvas),
    styleLine('Japanese', JAPANESE_FAMILY, track.style, canvas),
    '',
    '[Events]',
    'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
    ...track.cues.map((cue) => dialogueLine(cue, columns, track.style, canvas)),
    '',
  ].join('\n');
}

function styleLine(name: string, family: string, style: SubtitleStyle, canvas: CaptionCanvas): string {
  const box = style.boxColor;
  const side = Math.round(canvas.width * MARGIN);
  const values = [
    name, family, decimal(style.fontSize),
    assColor(style.textColor), assColor(style.textColor), assColor(style.outlineColor), assColor(box ?? style.outlineColor),
    style.bold ? -1 : 0, 0, 0, 0, 100, 100, 0, 0,
    // 4 (of libass) is one box around all lines, as far beyond them as the shadow would be; 1 is an outline.
    box ? 4 : 1, decimal(box ? 0 : style.outlineWidth), decimal(box ? style.fontSize * BOX_PADDING : 0),
    alignment(style.position), side, side, typeof style.position === 'number' ? 0 : Math.round(canvas.height * MARGIN),
    // Each line's direction follows from its first strong letter.
    -1,
  ];
  return `Style: ${values.join(',')}`;
}

function dialogueLine(cue: Cue, columns: number, { fontSize, position }: SubtitleStyle, canvas: CaptionCanvas): string {
  const rate = canvas.frameRate;
  const start = framesOf(cue.startUs, rate);
  const end = Math.max(start + 1, framesOf(cue.endUs, rate));
  const lines = toLines(cue.text).flatMap((line) => wrapLine(line, columns));
  // Chinese and Japanese share code points but not all shapes; kana tell them apart.
  const style = KANA.test(cue.text) && canvas.font?.hasKana !== true ? 'Japanese' : 'Default';
  const marginV = typeof position === 'number' ? customMargin(position, fontSize * rowCount(lines, columns), canvas.height) : 0;
  return `Dialogue: 0,${assTime(start, rate)},${assTime(end, rate)},${style},,0,0,${marginV},,${toAssText(lines)}`;
}

/** What is left free beyond the nearer edge, which the text is anchored to: an error in its height then matters least. */
function customMargin(share: number, textHeight: number, height: number): number {
  const free = Math.max(0, height - textHeight);
  // 0 would stand for the style's own margin, which is 0 as well.
  return Math.round(free * (isUpper(share) ? share : 1 - share));
}

function isUpper(share: number): boolean {
  return share < 0.5;
}

/** The last hundredth of a second that is not after a frame's beginning: rounding up would lose the frame. */
function assTime(frame: number, rate: Rational): string {
  const hundredths = Math.floor((frame * rate.den * 100) / rate.num);
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(hundredths / 6_000);
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(Math.floor(hundredths / 100) % 60)}.${pad(hundredths % 100)}`;
}

/** ASS writes colours as alpha, blue, green, red, with alpha 0 for opaque. */
function assColor(color: Color): string {
  const { r, g, b, a } = throughBt601(color);
  return `&H${[255 - a, b, g, r].map((v) => v.toString(16).padStart(2, '0').toUpperCase()).join('')}`;
}

function alignment(position: SubtitleStyle['position']): number {
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
