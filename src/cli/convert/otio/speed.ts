import { within, type Source } from '../reader.js';
import { kindOf } from './schema.js';

const SPEED = { min: 0.25, max: 4 };

/** How a clip plays. */
export interface Play {
  readonly speed: number;
  /** Whether its first frame stands all the time; then its speed is 1. */
  readonly isFrozen: boolean;
}

/** How a clip plays by its effects; other effects are reported. */
export function playOf(clip: Source, isAudio: boolean): Play {
  let speed = 1;
  let isFrozen = false;
  for (const effect of clip.objects('effects')) {
    const kind = kindOf(effect);
    effect.ignore('effect_name', 'enabled');
    const scalar = effect.number('time_scalar') ?? 1;
    if (kind === 'FreezeFrame' || (kind === 'LinearTimeWarp' && scalar === 0)) {
      if (isAudio) effect.leaveOut('has no counterpart: sound does not stand still; it plays');
      else isFrozen = true;
    } else if (kind !== 'LinearTimeWarp')
      effect.leaveOut(`an effect of the kind “${kind}” has no counterpart; it is left out`);
    else if (scalar < 0) effect.leaveOut('has no counterpart: a video does not play backwards; it plays forwards');
    else
      speed = within(speed * scalar, SPEED, (message) => {
        effect.warn('time_scalar', message);
      });
  }
  return isFrozen ? { speed: 1, isFrozen } : { speed, isFrozen };
}
