import type { Animated } from '../animated.js';
import type { ClipEffect } from '../clip-effect.js';
import type { Rational } from '../frame-grid.js';
import { animatedOf, curveOf, mapped } from './curve.js';
import type { Look, Motion } from './timeline.js';

/** The effects of a look, in their order. @param frames of the clip. */
export function effectsOf(
  { chromaKey, colors, lut, blur, motion }: Look,
  frames: number,
  rate: Rational,
): ClipEffect[] {
  const effects: ClipEffect[] = [];
  if (chromaKey) effects.push({ kind: 'CHROMA_KEY', ...chromaKey });
  if (colors) effects.push({ kind: 'COLOR', ...colors });
  if (lut) effects.push({ kind: 'LUT', asset: lut });
  // A curve may swing below nothing.
  const sigma = animatedOf(
    mapped([curveOf(blur, rate)], (pixels) => Math.max(0, pixels)),
    frames,
  );
  if (sigma !== 0) effects.push({ kind: 'BLUR', sigma });
  if (motion) effects.push(motionEffect(motion, frames));
  return effects;
}

/** Evenly from the first frame of the clip to its last. */
function motionEffect({ kind, strength, focus }: Motion, frames: number): ClipEffect {
  const scale = 1 + strength;
  // The middle of a view that touches an edge.
  const [near, far] = [0.5 / scale, 1 - 0.5 / scale];
  const across = (share: number) => (share === 0.5 ? share : near + share * (far - near));
  const around = focus.x === 0.5 && focus.y === 0.5 ? {} : { focus };
  switch (kind) {
    case 'ZOOM_IN':
      return { kind: 'ZOOM', scale: evenly(1, scale, frames), ...around };
    case 'ZOOM_OUT':
      return { kind: 'ZOOM', scale: evenly(scale, 1, frames), ...around };
    case 'PAN_LEFT':
      return { kind: 'VIEW', scale, x: evenly(far, near, frames), y: across(focus.y) };
    case 'PAN_RIGHT':
      return { kind: 'VIEW', scale, x: evenly(near, far, frames), y: across(focus.y) };
    case 'PAN_UP':
      return { kind: 'VIEW', scale, x: across(focus.x), y: evenly(far, near, frames) };
    case 'PAN_DOWN':
      return { kind: 'VIEW', scale, x: across(focus.x), y: evenly(near, far, frames) };
  }
}

function evenly(from: number, to: number, frames: number): Animated {
  return [
    { at: 0, value: from },
    { at: Math.max(1, frames - 1), value: to },
  ];
}
