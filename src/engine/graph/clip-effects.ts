import type { ClipEffect, Side } from '../../composition/clip-effects.js';
import type { VisualClip } from '../../composition/composition.js';

/** Frames of a clip are numbered from 0 by the filters that take expressions: `n`, and `on` in `perspective`. */
interface Frame {
  readonly width: number;
  readonly height: number;
}

/** What happens to a clip, as filters in a row on a clip that is complete otherwise. */
export function effectFilters(clip: VisualClip, frame: Frame): string[] {
  return clip.effects.flatMap((effect) => filtersOf(effect, clip.frames, frame));
}

function filtersOf(effect: ClipEffect, frames: number, frame: Frame): string[] {
  switch (effect.kind) {
    case 'FADE_IN':
      return [`fade=t=in:start_frame=0:nb_frames=${effect.frames}`];
    case 'FADE_OUT':
      return [`fade=t=out:start_frame=${frames - effect.frames}:nb_frames=${effect.frames}`];
    case 'SLIDE_IN':
      return slide(effect.side, `clip(1-n/${effect.frames},0,1)`, frame);
    case 'SLIDE_OUT':
      return slide(effect.side, `clip((n-${frames - effect.frames})/${effect.frames},0,1)`, frame);
    case 'ZOOM':
      return [zoom(effect, frames)];
  }
}

/**
 * The picture, `away` (0 to 1) of its size towards a side: laid beside black of the same size, of which a window the size of the frame is
 * moved. Needs no second input.
 */
function slide(side: Side, away: string, { width, height }: Frame): string[] {
  const across = side === 'LEFT' || side === 'RIGHT';
  // Towards the left or the top the window moves off the picture's other end: the picture comes first. Else the black does.
  const imageFirst = side === 'LEFT' || side === 'TOP';
  const size = across ? `${2 * width}:${height}` : `${width}:${2 * height}`;
  const at = imageFirst ? '0:0' : across ? `${width}:0` : `0:${height}`;
  const length = across ? width : height;
  // Even positions: colours have half the resolution.
  const window = `'2*floor(${length}/2*${imageFirst ? away : `(1-${away})`})'`;
  return [`pad=${size}:${at}:black`, `crop=${width}:${height}:${across ? `${window}:0` : `0:${window}`}`];
}

/**
 * By `perspective`, which reads between pixels: scaling and cropping, or `zoompan`, move in whole pixels, and a slow zoom trembles. The corners
 * are those of the part of the picture that is shown.
 */
function zoom({ from, to }: { readonly from: number; readonly to: number }, frames: number): string {
  const size = `(${from}+${(to - from).toFixed(6)}*on/${Math.max(1, frames - 1)})`;
  const [low, high] = [`(1-1/${size})/2`, `(1+1/${size})/2`];
  const corners = [
    [low, low],
    [high, low],
    [low, high],
    [high, high],
  ].map(([x = '', y = ''], i) => `x${i}='W*${x}':y${i}='H*${y}'`);
  return `perspective=${corners.join(':')}:sense=source:interpolation=linear:eval=frame`;
}
