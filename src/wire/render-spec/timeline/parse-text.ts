import type { DropShadow, StyledText, TextPart } from '../../../composition/drawing.js';
import { textParts } from '../../../composition/text-parts.js';
import { LINEAR } from '../../../composition/timeline/easing.js';
import type { TextAnimation } from '../../../composition/timeline/timeline.js';
import {
  type TextAnimation as WireAnimation,
  TextAnimation_By as By,
  type TextAsset,
  TextAsset_Align as Align,
  TextAsset_Overflow as Overflow,
  TextAsset_VerticalAlign as VerticalAlign,
  type TextBackground,
  type TextOutline,
} from '../../../../generated/cutroom/v1/timeline.js';
import {
  at,
  type EnumTable,
  parseColor,
  parseDurationUs,
  parseEnum,
  parseFont,
  parseNumber,
  type Place,
  refuse,
} from '../fields.js';
import { parseText } from '../parse-subtitles.js';
import type { Frame } from './frame.js';
import { defaultLengthUs, parseAnimation } from './parse-animation.js';
import { parseShadow } from './parse-shadow.js';

export const TEXT = { fontSize: 64, color: '#FFFFFF', lineHeight: 1.25 };
export const TEXT_SIZE = { min: 4, max: 1000, unit: '' };
export const LINE_HEIGHT = { min: 0.5, max: 4, unit: '' };
export const LETTER_SPACING = { min: -100, max: 200, unit: '' };
export const OUTLINE = { width: 4, color: '#000000' };
export const TEXT_OUTLINE_WIDTH = { min: 0, max: 100, unit: '' };
export const BACKGROUND_COLOR = '#000000B3';
export const PADDING = { min: 0, max: 500, unit: '' };
export const MAX_LINES = { min: 1, max: 100, unit: '' };
export const INTERVAL = { minUs: 10_000, maxUs: 60_000_000, defaultUs: 100_000 };
export const PART_ENTER_US = 300_000;
const MAX_PARTS = 200;

export const ALIGNS: EnumTable<Align, StyledText['align']> = {
  [Align.ALIGN_UNSPECIFIED]: 'CENTER',
  [Align.ALIGN_LEFT]: 'LEFT',
  [Align.ALIGN_CENTER]: 'CENTER',
  [Align.ALIGN_RIGHT]: 'RIGHT',
};

export const VERTICAL_ALIGNS: EnumTable<VerticalAlign, StyledText['verticalAlign']> = {
  [VerticalAlign.VERTICAL_ALIGN_UNSPECIFIED]: 'MIDDLE',
  [VerticalAlign.VERTICAL_ALIGN_TOP]: 'TOP',
  [VerticalAlign.VERTICAL_ALIGN_MIDDLE]: 'MIDDLE',
  [VerticalAlign.VERTICAL_ALIGN_BOTTOM]: 'BOTTOM',
};

export const OVERFLOWS: EnumTable<Overflow, StyledText['overflow']> = {
  [Overflow.OVERFLOW_UNSPECIFIED]: 'SHRINK',
  [Overflow.OVERFLOW_SHRINK]: 'SHRINK',
  [Overflow.OVERFLOW_ELLIPSIS]: 'ELLIPSIS',
};

export const PARTS: EnumTable<By, TextPart['by']> = {
  [By.BY_UNSPECIFIED]: 'WORD',
  [By.BY_WORD]: 'WORD',
  [By.BY_CHARACTER]: 'CHARACTER',
  [By.BY_LINE]: 'LINE',
};

/** Reads a text and its looks; lengths come out in pixels of the output. */
export function parseTextAsset(
  wire: TextAsset,
  place: Place,
  frame: Frame,
): { readonly text: StyledText; readonly animation: TextAnimation | null } {
  const { scale } = frame;
  const text = parseText(wire.text, at(place, 'text'));
  const fontSize = parseNumber(wire.fontSize === 0 ? TEXT.fontSize : wire.fontSize, at(place, 'font_size'), TEXT_SIZE);
  const styled: StyledText = {
    text,
    font: parseFont(wire.font, at(place, 'font')),
    fontSize: fontSize * scale,
    color: parseColor(wire.color || TEXT.color, at(place, 'color'), 'allowed'),
    bold: wire.bold,
    italic: wire.italic,
    align: parseEnum(wire.align, at(place, 'align'), ALIGNS),
    verticalAlign: parseEnum(wire.verticalAlign, at(place, 'vertical_align'), VERTICAL_ALIGNS),
    lineHeight: parseNumber(
      wire.lineHeight === 0 ? TEXT.lineHeight : wire.lineHeight,
      at(place, 'line_height'),
      LINE_HEIGHT,
    ),
    letterSpacing: parseNumber(wire.letterSpacing, at(place, 'letter_spacing'), LETTER_SPACING) * scale,
    outline: wire.outline ? parseOutline(wire.outline, at(place, 'outline'), scale) : null,
    shadow: parseTextShadow(wire, place, frame),
    background: wire.background ? parseBackground(wire.background, at(place, 'background'), { scale, fontSize }) : null,
    maxLines: wire.maxLines === 0 ? null : parseNumber(wire.maxLines, at(place, 'max_lines'), MAX_LINES),
    overflow: parseEnum(wire.overflow, at(place, 'overflow'), OVERFLOWS),
  };
  const animation = wire.animation ? parseTextAnimation(wire.animation, at(place, 'animation'), text, frame) : null;
  return { text: styled, animation };
}

function parseTextShadow({ shadow }: TextAsset, place: Place, frame: Frame): DropShadow | null {
  return shadow ? parseShadow(shadow, at(place, 'shadow'), frame) : null;
}

function parseOutline({ width, color }: TextOutline, place: Place, scale: number): NonNullable<StyledText['outline']> {
  return {
    width: parseNumber(width === 0 ? OUTLINE.width : width, at(place, 'width'), TEXT_OUTLINE_WIDTH) * scale,
    color: parseColor(color || OUTLINE.color, at(place, 'color'), 'allowed'),
  };
}

/** The space around a text of a size. */
export function defaultPadding(fontSize: number): number {
  return Math.min(PADDING.max, fontSize / 4);
}

function parseBackground(
  { color, padding, radius }: TextBackground,
  place: Place,
  { scale, fontSize }: { readonly scale: number; readonly fontSize: number },
): NonNullable<StyledText['background']> {
  return {
    color: parseColor(color || BACKGROUND_COLOR, at(place, 'color'), 'allowed'),
    padding: parseNumber(padding ?? defaultPadding(fontSize), at(place, 'padding'), PADDING) * scale,
    radius: parseNumber(radius, at(place, 'radius'), PADDING) * scale,
  };
}

function parseTextAnimation(wire: WireAnimation, place: Place, text: string, frame: Frame): TextAnimation {
  const by = parseEnum(wire.by, at(place, 'by'), PARTS);
  const parts = textParts(text, by).length;
  if (parts > MAX_PARTS) refuse(at(place, 'by'), `makes ${parts} parts, and must make at most ${MAX_PARTS}`);
  else if (parts === 0 && text !== '') refuse(at(place, 'by'), 'makes no parts: the text is empty but for space');
  const enter = at(place, 'enter');
  const intervalUs = wire.interval ? parseDurationUs(wire.interval, at(place, 'interval'), INTERVAL) : null;
  return {
    by,
    enter: wire.enter
      ? parseAnimation(wire.enter, enter, frame, 'ENTER', PART_ENTER_US)
      : { kind: 'FADE', durationUs: defaultLengthUs(PART_ENTER_US, frame.span), easing: LINEAR, field: place.field },
    intervalUs: intervalUs ?? INTERVAL.defaultUs,
  };
}
