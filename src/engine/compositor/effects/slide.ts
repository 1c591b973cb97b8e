import type { Side } from '../../../composition/clip-effect.js';
import { frameVariable } from '../expression.js';
import type { EffectDefinition, FrameSize } from './effect-definition.js';

const filters = ['pad', 'crop'];

/** From a side, over black. */
export const slideIn: EffectDefinition<'SLIDE_IN'> = {
  filters,
  render: ({ side, frames }, { fromFrame, frameSize }) =>
    slide(side, `clip(1-${frameVariable('n', fromFrame)}/${frames},0,1)`, frameSize),
};

/** To a side, over black. */
export const slideOut: EffectDefinition<'SLIDE_OUT'> = {
  filters,
  render: ({ side, frames }, clip) =>
    slide(side, `clip((${frameVariable('n', clip.fromFrame)}-${clip.frames - frames})/${frames},0,1)`, clip.frameSize),
};

/**
 * The clip, `away` (0 to 1) of its size towards a side: laid beside black of the same size, of which a window the size of the frame is
 * moved. Needs no second input.
 */
function slide(side: Side, away: string, { width, height }: FrameSize): string[] {
  const across = side === 'LEFT' || side === 'RIGHT';
  // Towards the left or the top the window moves off the clip's other end: the clip comes first. Else the black does.
  const clipFirst = side === 'LEFT' || side === 'TOP';
  const size = across ? `${2 * width}:${height}` : `${width}:${2 * height}`;
  const at = clipFirst ? '0:0' : across ? `${width}:0` : `0:${height}`;
  const length = across ? width : height;
  // Even positions: colours have half the resolution.
  const window = `'2*floor(${length}/2*${clipFirst ? away : `(1-${away})`})'`;
  return [`pad=${size}:${at}:black`, `crop=${width}:${height}:${across ? `${window}:0` : `0:${window}`}`];
}
