import { TAGGED } from '../color/convert.js';
import { frameVariable } from '../expression.js';
import { ratio, type Stage } from '../stage.js';
import { SHIFT_PARTS, type Shift, type Transform } from './transform.js';

/** Filters that `shiftChains` uses. */
export const SHIFT_FILTERS = [
  'color',
  'crop',
  'format',
  'geq',
  'maskedmerge',
  'pad',
  'scale',
  'setparams',
  'setpts',
  'settb',
  'split',
  'trim',
];

/** The most that a box is shifted by whole pixels, and then by a part of one. */
const MARGIN = 2;

interface ShiftPlace {
  /** Pads: the box, in 4:4:4 with colours multiplied by alpha or opaque; the picture with the box in its place. */
  readonly from: string;
  readonly to: string;
  readonly size: Pick<Transform, 'width' | 'height'>;
  /** The frames of the clip that are shown. */
  readonly fromFrame: number;
  readonly frames: number;
}

/** Whether the box lies in its picture differently from frame to frame, as far as is known. */
export function isShifting(x: Shift, y: Shift): boolean {
  return x.kind === 'part' || y.kind === 'part';
}

/**
 * Chains that move a box by less than two pixels into its place in a picture that is a little larger. Each frame is mixed with itself one pixel farther, first along one side, then along
 * the other: a cut copies nothing, and a mix costs a thirtieth of what `perspective` does.
 */
export function shiftChains(x: Shift, y: Shift, place: ShiftPlace, { rate }: Pick<Stage, 'rate'>): string[] {
  const { from, to, size, fromFrame, frames } = place;
  const along = (shift: Shift) =>
    shift.kind === 'whole' ? { more: 0, at: shift.pixels } : { more: MARGIN, at: MARGIN };
  const [wide, high] = [along(x), along(y)];
  const [width, height] = [size.width + wide.more, size.height + high.more];
  const pad = `pad=${width}:${height}:${wide.at}:${high.at}:black@0`;
  if (!isShifting(x, y)) return [`[${from}]format=yuva444p,${pad}[${to}]`];
  const chains: string[] = [];
  let last = from;
  let filters = ['format=yuva444p', pad, `settb=${rate.den}/${rate.num}`, 'setpts=N'];
  const mix = (shift: Shift, cut: string, edges: (edge: string) => string, end: string, mask: string) => {
    if (shift.kind === 'whole') return;
    const pixels = shift.pixels(frameVariable('n', fromFrame));
    const part = `floor(${SHIFT_PARTS}*(${shift.part(frameVariable('N', fromFrame))}))`;
    const less = (most: number) => edges(`st(1,(${pixels}));${most}-ld(1)`);
    chains.push(
      `[${last}]${filters.join(',')},split[${end}n][${end}f]`,
      `[${end}n]crop=${cut}:${less(MARGIN)}[${end}o]`,
      `[${end}f]crop=${cut}:${less(MARGIN - 1)}[${end}g]`,
      // All is the same: two by two pixels are computed. Tagged as the frames are, or newer versions bring them to one range.
      `color=c=black:s=2x2:r=${ratio(rate)},format=yuva444p,${TAGGED.join(',')},trim=end_frame=${frames},geq=lum='${part}':cb='${part}':cr='${part}':a='${part}',scale=${mask}:flags=neighbor,format=yuva444p[${end}m]`,
      `[${end}o][${end}g][${end}m]maskedmerge[${end}]`,
    );
    last = end;
    filters = ['null'];
  };
  mix(
    x,
    `${size.width}:${height}`,
    (edge) => `x='${edge}':y=0`,
    y.kind === 'part' ? `${to}x` : to,
    `${size.width}:${height}`,
  );
  mix(y, `${size.width}:${size.height}`, (edge) => `x=0:y='${edge}'`, to, `${size.width}:${size.height}`);
  return chains;
}
