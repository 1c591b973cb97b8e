import { timeUsOf } from '../../../composition/frame-grid.js';
import type { EffectClip, EffectDefinition } from './effect-definition.js';

const filters = ['fade', 'setpts'];

/** Out of black. */
export const fadeIn: EffectDefinition<'FADE_IN'> = {
  filters,
  render: ({ frames }, clip) => fade('in', 0, frames, clip),
};

/** Into black. */
export const fadeOut: EffectDefinition<'FADE_OUT'> = {
  filters,
  render: ({ frames }, clip) => fade('out', clip.frames - frames, frames, clip),
};

/** By time and not by number: a fade that counts frames cannot have begun before the first that arrives. */
function fade(type: 'in' | 'out', start: number, frames: number, { fromFrame, frameRate }: EffectClip): string[] {
  const seconds = (count: number) => (timeUsOf(count, frameRate) / 1e6).toFixed(6);
  const filter = `fade=t=${type}:st=${seconds(start)}:d=${seconds(frames)}`;
  return fromFrame === 0 ? [filter] : [`setpts=PTS+${fromFrame}`, filter, `setpts=PTS-${fromFrame}`];
}
