import {
  Subtitles,
  SubtitleStyle,
  SubtitleStyle_BoxShape,
  SubtitleStyle_Position,
} from '../../../../generated/cutroom/v1/montage.js';
import { Clip } from '../../../../generated/cutroom/v1/timeline.js';
import { scaledPixels } from '../canvas.js';
import { colorIn } from '../color.js';
import type { Source } from '../reader.js';
import { noteFont } from '../text.js';
import type { Asset } from './converted-asset.js';
import type { ClipContext } from './context.js';

const OPACITY = { min: 0, max: 1 };

/** A caption asset: a file of subtitles. */
export function captionOf(asset: Source, { frame }: ClipContext): Asset | undefined {
  const uri = asset.text('src') ?? '';
  if (uri === '' || uri.startsWith('alias://')) {
    asset.leaveOut(
      uri === ''
        ? 'has no `src`; the clip is left out'
        : 'captions made of speech have no counterpart; the clip is left out',
    );
    return undefined;
  }
  const font = asset.object('font');
  const background = asset.object('background');
  if (font) noteFont(font, 'family');
  const boxColor = background && colorIn(background, 'color', background.number('opacity', OPACITY) ?? 1);
  const isRound = (background?.number('borderRadius') ?? 0) > 0;
  const size = font?.number('size');
  const stroke = font?.number('strokeWidth');
  const top = asset.object('margin')?.number('top', OPACITY);
  const style = SubtitleStyle.fromPartial({
    fontSize: size === undefined || size <= 0 ? 0 : scaledPixels(size, frame, { min: 8, max: 400 }),
    textColor: (font && colorIn(font, 'color', font.number('opacity', OPACITY) ?? 1)) ?? '',
    outlineColor: (font && colorIn(font, 'stroke')) ?? '',
    outlineWidth: stroke === undefined ? undefined : scaledPixels(stroke, frame, { min: 0, max: 20 }),
    boxColor: boxColor ?? '',
    ...(boxColor !== undefined && isRound ? { boxShape: SubtitleStyle_BoxShape.BOX_SHAPE_ROUNDED } : {}),
    ...(top === undefined ? {} : { position: SubtitleStyle_Position.POSITION_CUSTOM, heightPercent: top * 100 }),
  });
  const subtitles = Subtitles.fromPartial({ source: { $case: 'uri', value: uri }, style });
  return { kind: 'CAPTION', clip: Clip.fromPartial({ asset: { $case: 'subtitles', value: subtitles } }) };
}
