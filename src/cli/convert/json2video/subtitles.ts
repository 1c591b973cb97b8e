import {
  Subtitles,
  SubtitleStyle,
  SubtitleStyle_Position,
  WordHighlight,
} from '../../../../generated/cutroom/v1/montage.js';
import { Clip } from '../../../../generated/cutroom/v1/timeline.js';
import { type Frame, scaledPixels } from '../canvas.js';
import { colorIn } from '../color.js';
import type { Source } from '../reader.js';
import { noteFont } from '../text.js';
import { pixelsIn } from './pixels.js';

const POSITIONS: Readonly<Record<string, SubtitleStyle_Position>> = {
  'top-left': SubtitleStyle_Position.POSITION_TOP,
  'top-center': SubtitleStyle_Position.POSITION_TOP,
  'top-right': SubtitleStyle_Position.POSITION_TOP,
  'center-left': SubtitleStyle_Position.POSITION_CENTER,
  'center-center': SubtitleStyle_Position.POSITION_CENTER,
  'center-right': SubtitleStyle_Position.POSITION_CENTER,
  'bottom-left': SubtitleStyle_Position.POSITION_BOTTOM,
  'bottom-center': SubtitleStyle_Position.POSITION_BOTTOM,
  'bottom-right': SubtitleStyle_Position.POSITION_BOTTOM,
};

/** An element `subtitles` with a file of captions. */
export function subtitlesOf(source: Source, frame: Frame): Clip | undefined {
  const uri = source.text('captions') ?? '';
  if (uri === '' || uri.includes('\n')) {
    const what = uri === '' ? 'subtitles made of speech have' : 'a text of captions in place of their file has';
    source.leaveOut(`${what} no counterpart; it is left out`);
    return undefined;
  }
  source.ignore('model');
  const language = source.text('language') ?? '';
  const settings = source.object('settings');
  const subtitles = Subtitles.fromPartial({
    source: { $case: 'uri', value: uri },
    language: language === 'auto' ? '' : language,
    ...(settings && lookOf(settings, frame)),
  });
  return Clip.fromPartial({ asset: { $case: 'subtitles', value: subtitles } });
}

/** How the words of a line are shown. */
const STYLES: Readonly<Record<string, 'LINE' | 'ONE_WORD' | 'BOXED_LINE' | 'BOXED_WORD'>> = {
  classic: 'LINE',
  'classic-one-word': 'ONE_WORD',
  'boxed-line': 'BOXED_LINE',
  'boxed-word': 'BOXED_WORD',
};

function lookOf(settings: Source, frame: Frame): Pick<Subtitles, 'style' | 'maxWords' | 'highlight'> {
  const style = settings.word('style', STYLES) ?? 'LINE';
  const wordColor = colorIn(settings, 'word-color') ?? '';
  const boxColor = colorIn(settings, 'box-color') ?? '';
  const boxed = style === 'BOXED_WORD' ? boxColor : '';
  const perLine = settings.number('max-words-per-line', { min: 1, max: 20 });
  return {
    style: { ...styleOf(settings, frame), boxColor: style === 'BOXED_LINE' ? boxColor : '' },
    maxWords: style === 'ONE_WORD' ? 1 : (perLine ?? 0),
    // A word that stands alone is that which is spoken.
    highlight:
      style === 'ONE_WORD' || (wordColor === '' && boxed === '')
        ? undefined
        : WordHighlight.fromPartial({ textColor: wordColor, boxColor: boxed }),
  };
}

function styleOf(settings: Source, frame: Frame): SubtitleStyle {
  noteFont(settings, 'font-family');
  noteFont(settings, 'font-url');
  const size = pixelsIn(settings, 'font-size', frame);
  const outline = pixelsIn(settings, 'outline-width', frame);
  return SubtitleStyle.fromPartial({
    fontSize: size === undefined || size <= 0 ? 0 : scaledPixels(size, frame, { min: 8, max: 400 }),
    textColor: colorIn(settings, 'font-color') ?? colorIn(settings, 'line-color') ?? '',
    outlineColor: colorIn(settings, 'outline-color') ?? '',
    outlineWidth: outline === undefined ? undefined : scaledPixels(outline, frame, { min: 0, max: 20 }),
    position: settings.word('position', POSITIONS) ?? SubtitleStyle_Position.POSITION_UNSPECIFIED,
  });
}
