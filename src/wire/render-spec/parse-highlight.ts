import type { CaptionStyle, WordHighlight } from '../../composition/captions.js';
import type { WordHighlight as WireHighlight } from '../../../generated/cutroom/v1/montage.js';
import { at, parseColor, parseNumber, type Place } from './fields.js';

export const WORD_SCALE = { min: 1, max: 2, unit: '' };
const DEFAULT_COLOR = '#FFE000';

/** The colour of the word that is spoken, as it is said or else by default. @param textColor of the other words. */
export function highlightColor({ textColor, boxColor, scale }: WireHighlight, others: string): string {
  if (textColor !== '') return textColor;
  return boxColor === '' && scale === 0 ? DEFAULT_COLOR : others;
}

/** Reads how the word that is spoken looks. */
export function parseHighlight(
  wire: WireHighlight,
  place: Place,
  style: Pick<CaptionStyle, 'textColor'>,
): WordHighlight {
  const color = highlightColor(wire, '');
  return {
    textColor: color === '' ? style.textColor : parseColor(color, at(place, 'text_color'), 'allowed'),
    boxColor: wire.boxColor === '' ? null : parseColor(wire.boxColor, at(place, 'box_color'), 'allowed'),
    scale: wire.scale === 0 ? 1 : parseNumber(wire.scale, at(place, 'scale'), WORD_SCALE),
  };
}
