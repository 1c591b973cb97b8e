import {
  Animation,
  Animation_Kind,
  Clip,
  Shadow,
  TextAnimation,
  TextAnimation_By,
  TextAsset,
  TextAsset_Align,
  TextAsset_VerticalAlign,
  type TextBackground,
  type TextOutline,
} from '../../../../generated/cutroom/v1/timeline.js';
import { type Frame, scaledPixels } from '../canvas.js';
import { colorIn, hexColor } from '../color.js';
import type { Source } from '../reader.js';
import { ALIGNS, drawnText, isBold, noteFont, VERTICAL_ALIGNS } from '../text.js';
import type { Asset } from './converted-asset.js';
import type { ClipContext } from './context.js';
import { POSITIONS } from './layout.js';

const OPACITY = { min: 0, max: 1 };
const LINE_HEIGHT = { min: 0.5, max: 4 };

/** A text or rich-text asset. */
export function textOf(asset: Source, { frame }: ClipContext): Asset | undefined {
  const text = drawnText(asset, 'text');
  if (text === undefined) {
    withoutText(asset);
    return;
  }
  const font = asset.object('font');
  const style = asset.object('style');
  const align = asset.object('alignment') ?? asset.object('align');
  if (font) noteFont(font, 'family');
  const spacing = style?.number('letterSpacing');
  const made = TextAsset.fromPartial({
    text: transformed(text, style),
    fontSize: pixels(font?.number('size'), frame, { min: 4, max: 1000 }),
    color: (font && colorIn(font, 'color', font.number('opacity', OPACITY) ?? 1)) ?? '',
    bold: font ? isBold(font, 'weight') : false,
    align: align?.word('horizontal', ALIGNS) ?? TextAsset_Align.ALIGN_UNSPECIFIED,
    verticalAlign: align?.word('vertical', VERTICAL_ALIGNS) ?? TextAsset_VerticalAlign.VERTICAL_ALIGN_UNSPECIFIED,
    lineHeight: font?.number('lineHeight', LINE_HEIGHT) ?? style?.number('lineHeight', LINE_HEIGHT) ?? 0,
    letterSpacing: spacing === undefined ? 0 : scaledPixels(spacing, frame, { min: -100, max: 200 }),
    outline: outlineOf(asset.object('stroke') ?? font?.object('stroke'), frame),
    shadow: shadowOf(asset.object('shadow'), frame),
    background: backgroundOf(asset.object('background'), frame),
    animation: animationOf(asset.object('animation')),
  });
  const clip = Clip.fromPartial({ asset: { $case: 'text', value: made } });
  return { kind: 'DRAWN', clip, size: { width: asset.number('width'), height: asset.number('height') } };
}

function withoutText(asset: Source): undefined {
  asset.leaveOut('has no text; the clip is left out');
  return undefined;
}

function pixels(value: number | undefined, frame: Frame, limits: { min: number; max: number }): number {
  return value === undefined || value <= 0 ? 0 : scaledPixels(value, frame, limits);
}

function transformed(text: string, style: Source | undefined): string {
  const change = style?.word('textTransform', {
    none: (same: string) => same,
    uppercase: (same: string) => same.toUpperCase(),
    lowercase: (same: string) => same.toLowerCase(),
  });
  return change ? change(text) : text;
}

function outlineOf(stroke: Source | undefined, frame: Frame): TextOutline | undefined {
  if (!stroke) return undefined;
  const color = colorIn(stroke, 'color', stroke.number('opacity', OPACITY) ?? 1) ?? '';
  const width = stroke.number('width') ?? 1;
  return width <= 0 ? undefined : { width: scaledPixels(width, frame, { min: 0.1, max: 100 }), color };
}

function shadowOf(shadow: Source | undefined, frame: Frame): Shadow | undefined {
  if (!shadow) return undefined;
  const length = (key: string, limits: { min: number; max: number }) =>
    scaledPixels(shadow.number(key) ?? 0, frame, limits);
  const opacity = shadow.number('opacity', OPACITY) ?? 1;
  return Shadow.fromPartial({
    x: length('offsetX', { min: -500, max: 500 }),
    y: length('offsetY', { min: -500, max: 500 }),
    blur: length('blur', { min: 0, max: 200 }),
    color: colorIn(shadow, 'color', opacity) ?? hexColor('black', opacity) ?? '',
  });
}

function backgroundOf(background: Source | undefined, frame: Frame): TextBackground | undefined {
  if (!background) return undefined;
  const color = colorIn(background, 'color', background.number('opacity', OPACITY) ?? 1);
  const [padding, radius] = [background.number('padding'), background.number('borderRadius')];
  if (color === undefined) return undefined;
  return {
    color,
    padding: padding === undefined ? undefined : scaledPixels(padding, frame, { min: 0, max: 500 }),
    radius: radius === undefined ? 0 : scaledPixels(radius, frame, { min: 0, max: 500 }),
  };
}

const PRESETS: Readonly<Record<string, { readonly by: TextAnimation_By; readonly kind: Animation_Kind }>> = {
  typewriter: { by: TextAnimation_By.BY_CHARACTER, kind: Animation_Kind.KIND_FADE },
  fadeIn: { by: TextAnimation_By.BY_WORD, kind: Animation_Kind.KIND_FADE },
  slideIn: { by: TextAnimation_By.BY_WORD, kind: Animation_Kind.KIND_SLIDE_UP },
};

function animationOf(animation: Source | undefined): TextAnimation | undefined {
  const preset = animation?.word('preset', PRESETS);
  if (!animation || !preset) return undefined;
  const by =
    animation.word('style', { word: TextAnimation_By.BY_WORD, character: TextAnimation_By.BY_CHARACTER }) ?? preset.by;
  const enter = Animation.fromPartial({ kind: preset.kind, duration: { seconds: 0n, nanos: 300_000_000 } });
  return TextAnimation.fromPartial({ by, enter });
}

/** Sizes of titles, in pixels of a frame whose short side is 1080. */
const TITLE_SIZES: Readonly<Record<string, number>> = {
  'xx-small': 30,
  'x-small': 42,
  small: 60,
  medium: 84,
  large: 120,
  'x-large': 156,
  'xx-large': 204,
};

const DEFAULT_TITLE_SIZE = 84;

/** A title of the older form. */
export function titleOf(asset: Source): Asset | undefined {
  const text = drawnText(asset, 'text');
  if (text === undefined) {
    withoutText(asset);
    return;
  }
  const background = titleColor(asset, 'background');
  const position = asset.word('position', POSITIONS);
  if (asset.text('style') !== undefined) asset.warn('style', 'has no counterpart; the text has the default font');
  const made = TextAsset.fromPartial({
    text,
    fontSize: asset.word('size', TITLE_SIZES) ?? DEFAULT_TITLE_SIZE,
    color: titleColor(asset, 'color') ?? '',
    background: background === undefined ? undefined : { color: background },
    ...(position && TITLE_ALIGNS[sideOf(position.x)]),
    ...(position && TITLE_HEIGHTS[sideOf(position.y)]),
  });
  return {
    kind: 'DRAWN',
    clip: Clip.fromPartial({ asset: { $case: 'text', value: made } }),
    offset: asset.object('offset'),
  };
}

type Side = 'near' | 'middle' | 'far';

function sideOf(percent: number): Side {
  return percent === 0 ? 'near' : percent === 100 ? 'far' : 'middle';
}

const TITLE_ALIGNS: Readonly<Record<Side, Pick<TextAsset, 'align'>>> = {
  near: { align: TextAsset_Align.ALIGN_LEFT },
  middle: { align: TextAsset_Align.ALIGN_UNSPECIFIED },
  far: { align: TextAsset_Align.ALIGN_RIGHT },
};

const TITLE_HEIGHTS: Readonly<Record<Side, Pick<TextAsset, 'verticalAlign'>>> = {
  near: { verticalAlign: TextAsset_VerticalAlign.VERTICAL_ALIGN_TOP },
  middle: { verticalAlign: TextAsset_VerticalAlign.VERTICAL_ALIGN_UNSPECIFIED },
  far: { verticalAlign: TextAsset_VerticalAlign.VERTICAL_ALIGN_BOTTOM },
};

/** Eight digits have the opacity first there: `#AARRGGBB`. */
function titleColor(asset: Source, key: string): string | undefined {
  const given = asset.text(key);
  const [, alpha, rgb] = /^#([0-9a-f]{2})([0-9a-f]{6})$/i.exec(given ?? '') ?? [];
  return alpha !== undefined && rgb !== undefined ? hexColor(`#${rgb}${alpha}`) : colorIn(asset, key);
}
