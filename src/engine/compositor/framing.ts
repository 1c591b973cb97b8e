import type { Fit, Placement, VisualClip } from '../../composition/composition.js';

/** The frame or box that a source is fitted into, in pixels. */
export interface FitBox {
  readonly width: number;
  readonly height: number;
  /** Whether clips have full colour resolution, so that sizes and positions need not be even. */
  readonly exact: boolean;
}

/** The view of a source: the part of it that is used, and how that is fitted. */
export interface Framing {
  readonly fit: Fit;
  readonly part?: Placement['part'];
  /** Absent: the middle. */
  readonly focus?: Placement['focus'];
  /** Absent: in the middle. */
  readonly align?: Placement['align'];
}

/** The framing of a clip. */
export function framingOf({ fit, placement, focus: own }: VisualClip): Framing {
  if (!placement) return { fit, ...(own ? { focus: own } : {}) };
  const { part, focus, align } = placement;
  return { fit, focus, ...(part ? { part } : {}), ...(align ? { align } : {}) };
}

/** Whether a fit may leave parts of the box uncovered. */
export function leavesBars(fit: Fit): boolean {
  switch (fit) {
    case 'CONTAIN':
    case 'NONE':
    case 'SCALE_DOWN':
      return true;
    case 'COVER':
    case 'FILL':
    case 'CONTAIN_BLUR':
      return false;
  }
}

/** The part of a source that is used, as filters in a row. Frames come upright, so that their size is not known before. */
export function partFilters({ part }: Framing): string[] {
  if (!part) return [];
  const side = (input: 'iw' | 'ih', share: number) => `'clip(round(${input}*${share.toFixed(6)}),1,${input})'`;
  const edge = (input: 'iw' | 'ih', share: number) => `'round(${input}*${share.toFixed(6)})'`;
  const size = `${side('iw', part.width)}:${side('ih', part.height)}`;
  return [`crop=${size}:${edge('iw', part.left)}:${edge('ih', part.top)}:exact=1`];
}

/** From so much of a pixel on, a length is not a whole one. */
const PART = 0.1;

/**
 * The length of a picture in the middle of a side, of which both ends lie on the pixels that are nearest. A whole length stays as it is, also where that leaves an odd room: it may be the
 * picture's own, which is sharp.
 */
function nearestWithin(side: number, length: string): string {
  const even = `max(1,${side}-2*max(0,round((${side}-${length})/2)))`;
  return `if(gt(abs(${length}-round(${length})),${PART}),${even},min(${side},max(1,round(${length}))))`;
}

/** The size that a source is scaled to, as options of `scale`: expressions of the frames that arrive. */
export function scaledSize({ fit, align }: Framing, { width, height, exact }: FitBox): string {
  // Even sizes: an odd one would shift colours by half a pixel at the edge. It changes the shape by less than a pixel.
  const whole = (length: string) => (exact ? `max(1,round(${length}))` : `max(2,2*round(${length}/2))`);
  const [wide, high] = [whole(`${height}*dar`), whole(`${width}/dar`)];
  const [ownWidth, ownHeight] = [whole('iw*sar'), whole('ih')];
  const within = (side: number, length: string, share = 0.5) =>
    exact && share === 0.5 ? nearestWithin(side, length) : `min(${side},${whole(length)})`;
  const contained = { w: within(width, `${height}*dar`, align?.x), h: within(height, `${width}/dar`, align?.y) };
  switch (fit) {
    case 'COVER':
      return `w='max(${width},${wide})':h='max(${height},${high})'`;
    case 'CONTAIN':
    case 'CONTAIN_BLUR':
      return `w='${contained.w}':h='${contained.h}'`;
    case 'FILL':
      return `w=${width}:h=${height}`;
    case 'NONE':
      return `w='${ownWidth}':h='${ownHeight}'`;
    case 'SCALE_DOWN':
      return `w='min(${ownWidth},${contained.w})':h='min(${ownHeight},${contained.h})'`;
  }
}

/** Cuts off what a fit leaves outside of the box. */
export function cutToBox({ fit, focus }: Framing, { width, height }: FitBox): string[] {
  if (fit !== 'COVER' && fit !== 'NONE') return [];
  const [w, h] = fit === 'COVER' ? [`${width}`, `${height}`] : [`'min(iw,${width})'`, `'min(ih,${height})'`];
  if (!focus || (focus.x === 0.5 && focus.y === 0.5)) return [`crop=${w}:${h}`];
  const edge = (input: 'iw' | 'ih', length: number, share: number) =>
    `'clip(round(${input}*${share.toFixed(6)}-${length}/2),0,max(0,${input}-${length}))'`;
  return [`crop=${w}:${h}:${edge('iw', width, focus.x)}:${edge('ih', height, focus.y)}`];
}

/** Makes a frame as large as the box, with itself in the middle, or where `align` puts it. */
export function padToBox({ width, height, exact }: FitBox, color: string, align: Framing['align']): string {
  const at = (length: 'w' | 'h', share = 0.5) => {
    const room = `(o${length}-i${length})`;
    if (share === 0.5) return exact ? `floor(${room}/2)` : `2*floor(${room}/4)`;
    return exact ? `floor(${room}*${share})` : `2*floor(${room}*${share}/2)`;
  };
  return `pad=${width}:${height}:${at('w', align?.x)}:${at('h', align?.y)}:${color}`;
}

/** The position of a frame in the middle of the box, for `overlay`. */
export function centred({ width, height, exact }: FitBox): string {
  return exact
    ? `x=floor((${width}-w)/2):y=floor((${height}-h)/2)`
    : `x=2*floor((${width}-w)/4):y=2*floor((${height}-h)/4)`;
}
