import {
  type SubtitleStyle,
  SubtitleStyle_BoxShape as BoxShape,
  SubtitleStyle_Position as Position,
} from '../../../../generated/cutroom/v1/montage.js';
import { readColor } from './read-color.js';
import type { ParameterReader } from './parameter-reader.js';

const POSITIONS = ['bottom', 'top', 'center', 'custom', 'two_thirds_bottom'] as const;
/** They give the size of an em, we the height of a line: 1.37 em in our fonts. The limit is ours, in their measure. */
const LINE_PER_EM = 1.37;
const FONT_SIZE = { min: 6, max: 290 };
const DEFAULT_FONT_SIZE = 60;
const STROKE_WIDTH = { min: 0, max: 20 };
const DEFAULT_STROKE_WIDTH = 1.5;
const DEFAULT_PERCENT = 70;
const TWO_THIRDS_PERCENT = 200 / 3;

/** Reads the style of captions. @param fonts the names that `font_name` may have. */
export function readSubtitleStyle(reader: ParameterReader, fonts: readonly string[]): SubtitleStyle {
  const boxColor = readBox(reader);
  const isRounded = reader.flag('rounded_subtitle_background') === true;
  const boxed = isRounded ? BoxShape.BOX_SHAPE_ROUNDED : BoxShape.BOX_SHAPE_WIDE;
  return {
    fontSize: (reader.number('font_size', FONT_SIZE) ?? DEFAULT_FONT_SIZE) * LINE_PER_EM,
    textColor: readColor(reader, 'text_fore_color'),
    outlineColor: readColor(reader, 'stroke_color'),
    outlineWidth: reader.number('stroke_width', STROKE_WIDTH) ?? DEFAULT_STROKE_WIDTH,
    boxColor,
    boxShape: boxColor === '' ? BoxShape.BOX_SHAPE_UNSPECIFIED : boxed,
    safeArea: undefined,
    ...readFont(reader, fonts),
    ...readPosition(reader),
  };
}

/** A colour, or whether there is one at all. */
function readBox(reader: ParameterReader): string {
  const value = reader.raw('text_background_color');
  if (value === true) return '#000000';
  if (value === false) return '';
  const color = readColor(reader, 'text_background_color');
  return color.endsWith('00') && color.length === '#RRGGBBAA'.length ? '' : color;
}

/** A font that the server has, by its file's name. Of another one's name only the weight is followed, and our own fonts are taken. */
function readFont(reader: ParameterReader, fonts: readonly string[]): Pick<SubtitleStyle, 'font' | 'bold'> {
  const name = reader.text('font_name') ?? '';
  if (name === '') return { font: '', bold: false };
  if (fonts.includes(name)) return { font: name, bold: false };
  reader.warn('FONT_REPLACED', 'font_name', 'this server does not have the font; subtitles are drawn in Noto fonts');
  return { font: '', bold: /bold|heavy|black/i.test(name) };
}

function readPosition(reader: ParameterReader): Pick<SubtitleStyle, 'position' | 'heightPercent'> {
  const position = reader.oneOf('subtitle_position', POSITIONS) ?? 'bottom';
  const percent = reader.number('custom_position', { min: 0, max: 100 }) ?? DEFAULT_PERCENT;
  switch (position) {
    case 'bottom':
      return { position: Position.POSITION_BOTTOM, heightPercent: undefined };
    case 'top':
      return { position: Position.POSITION_TOP, heightPercent: undefined };
    case 'center':
      return { position: Position.POSITION_CENTER, heightPercent: undefined };
    case 'custom':
      return { position: Position.POSITION_CUSTOM, heightPercent: percent };
    case 'two_thirds_bottom':
      return { position: Position.POSITION_CUSTOM, heightPercent: TWO_THIRDS_PERCENT };
  }
}
