import {
  Clip,
  Layout,
  TextAsset,
  TextAsset_Align,
  TextAsset_VerticalAlign,
} from '../../../../generated/cutroom/v1/timeline.js';
import { type Frame, scaledPixels } from '../canvas.js';
import { colorIn } from '../color.js';
import type { Source } from '../reader.js';
import { ALIGNS, drawnText, isBold, noteFont, VERTICAL_ALIGNS } from '../text.js';
import { boxOf } from './picture.js';
import { pixelsIn } from './pixels.js';

/** The style without movement. */
const PLAIN_STYLE = '001';

/** An element `text`, styled by words of CSS. */
export function textOf(source: Source, frame: Frame): Clip | undefined {
  const text = drawnText(source, 'text');
  if (text === undefined) {
    source.leaveOut('has no text; it is left out');
    return undefined;
  }
  // It is laid out in its box in any case.
  source.ignore('resize');
  const style = source.text('style') ?? PLAIN_STYLE;
  if (style !== PLAIN_STYLE) source.warn('style', `“${style}” has no counterpart; the text does not move`);
  const settings = source.object('settings');
  const place = boxOf(source, frame);
  return Clip.fromPartial({
    asset: { $case: 'text', value: TextAsset.fromPartial({ text, ...(settings && styled(settings, frame)) }) },
    layout: place && Layout.fromPartial(place),
  });
}

function styled(settings: Source, frame: Frame): Partial<TextAsset> {
  noteFont(settings, 'font-family');
  noteFont(settings, 'font-url');
  const scaled = (key: string, min: number, max: number) => {
    const pixels = pixelsIn(settings, key, frame);
    return pixels === undefined ? undefined : scaledPixels(pixels, frame, { min, max });
  };
  const background = colorIn(settings, 'background-color');
  const [padding, radius] = [scaled('padding', 0, 500), scaled('border-radius', 0, 500) ?? 0];
  const hasBox = background !== undefined && background !== '#00000000';
  const color = colorIn(settings, 'font-color') ?? colorIn(settings, 'color');
  const lineHeight = settings.has('line-height') ? settings.number('line-height', { min: 0.5, max: 4 }) : undefined;
  return {
    fontSize: scaled('font-size', 4, 1000) ?? 0,
    color: color ?? '',
    bold: isBold(settings, 'font-weight'),
    italic: settings.word('font-style', { normal: false, italic: true, oblique: true }) ?? false,
    align:
      settings.word('text-align', ALIGNS) ??
      settings.word('horizontal-position', ALIGNS) ??
      TextAsset_Align.ALIGN_UNSPECIFIED,
    verticalAlign:
      settings.word('vertical-position', VERTICAL_ALIGNS) ?? TextAsset_VerticalAlign.VERTICAL_ALIGN_UNSPECIFIED,
    lineHeight: lineHeight ?? 0,
    letterSpacing: scaled('letter-spacing', -100, 200) ?? 0,
    background: hasBox ? { color: background, padding, radius } : undefined,
  };
}
