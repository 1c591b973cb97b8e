import type { Rational } from '../../composition/frame-grid.js';
import type { Size } from '../../composition/output-spec.js';
import { FROM_BT709, TAGGED, TO_BT709 } from './color/convert.js';
import { withAlpha, WITH_ALPHA_FILTERS } from './color/with-alpha.js';
import type { Section } from './section.js';
import { ratio, repeatFrame } from './stage.js';

/** Filters that `captionFilters` and `captionsOnNothing` use. */
export const CAPTION_FILTERS = [
  'ass',
  'blend',
  'color',
  'extractplanes',
  'format',
  'lut',
  'overlay',
  'scale',
  'setparams',
  'setpts',
  'setsar',
  'settb',
  'split',
  'trim',
  ...WITH_ALPHA_FILTERS,
];

/** Filters in a row that draw captions into opaque frames. Captions have the times of the whole video. */
export function captionFilters(file: string, { startFrame }: Section, rate: Rational): string[] {
  if (startFrame === 0) return [`ass=${file}`];
  return [`settb=${rate.den}/${rate.num}`, `setpts=PTS+${startFrame}`, `ass=${file}`, `setpts=PTS-${startFrame}`];
}

interface CaptionPads {
  /** The frames so far, and filters in a row that they still need. */
  readonly from: string;
  readonly filters: readonly string[];
  readonly to: string;
}

interface CaptionPlace {
  readonly section: Section;
  readonly rate: Rational;
  readonly size: Size;
}

/**
 * Chains that draw captions over frames with alpha, of which the filter for text changes the colours alone. So it draws them over black and over white: where both
 * differ they are transparent, and what it drew over black are their colours, multiplied by alpha.
 */
export function captionsOnNothing(
  file: string,
  { from, filters, to }: CaptionPads,
  { section, rate, size }: CaptionPlace,
): string[] {
  const drawn = captionFilters(file, section, rate).join(',');
  const over = (luma: number) => {
    const ground = `color=c=black:s=${size.width}x${size.height}:r=${ratio(rate)},format=yuv444p,trim=end_frame=1`;
    const colors = `lut=y=${luma}:u=128:v=128,${TAGGED.join(',')}`;
    return `${ground},${colors},${repeatFrame(rate)},trim=end_frame=${section.frames},${drawn}`;
  };
  return [
    `${over(16)},split[${to}b][${to}c]`,
    `${over(235)},extractplanes=y[${to}w]`,
    `[${to}b]extractplanes=y[${to}k]`,
    // The 219 steps from black to white.
    `[${to}w][${to}k]blend=all_mode=difference,lut=y='255-val*255/219'[${to}a]`,
    `[${to}c]${FROM_BT709},format=gbrp[${to}d]`,
    ...withAlpha(`${to}d`, `${to}a`, `${to}e`),
    `[${to}e]${TO_BT709},format=yuva444p,${TAGGED.join(',')}[${to}t]`,
    `[${from}]${filters.length > 0 ? filters.join(',') : 'null'}[${to}f]`,
    `[${to}f][${to}t]overlay=eof_action=pass:format=yuv444[${to}]`,
  ];
}
