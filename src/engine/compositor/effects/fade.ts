import type { EffectDefinition } from './effect-definition.js';

/** Out of black. */
export const fadeIn: EffectDefinition<'FADE_IN'> = {
  filters: ['fade'],
  render: ({ frames }) => [`fade=t=in:start_frame=0:nb_frames=${frames}`],
};

/** Into black. */
export const fadeOut: EffectDefinition<'FADE_OUT'> = {
  filters: ['fade'],
  render: ({ frames }, clip) => [`fade=t=out:start_frame=${clip.frames - frames}:nb_frames=${frames}`],
};
