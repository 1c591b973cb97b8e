import { createHash } from 'node:crypto';
import type { Keyframe, Keyframes } from '../../../composition/animated.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { expressionOf, within } from '../expression.js';
import type { EffectClip, EffectDefinition } from './effect-definition.js';
import { premultiplied, RGB_FILTERS } from './rgb.js';

/** Gaussian: three steps are within a hundredth of it. At the edges of the frame the outermost pixels go on. */
export const blur: EffectDefinition<'BLUR'> = {
  filters: ['gblur', 'null', 'sendcmd', ...RGB_FILTERS],
  render({ sigma }, clip) {
    if (sigma === 0) return [];
    const filter = typeof sigma === 'number' ? gaussian(sigma) : changingBlur(sigma, clip);
    // Planes of half the resolution would be blurred twice as much.
    if (!clip.hasHoles) return ['format=yuv444p', filter, `format=${clip.format}`];
    return premultiplied([filter], clip);
  },
};

function gaussian(sigma: number): string {
  return `gblur=sigma=${sigma.toFixed(4)}:steps=3`;
}

/**
 * A blur that gets its strength by a command before each frame. The chain of `gblur` comes first: of two filters that could go on, ffmpeg runs the one that was made first, so
 * that a frame is blurred before the command of the next one is sent.
 */
function changingBlur(sigma: Keyframes, { name, files, fromFrame, frames, frameRate }: EffectClip): string {
  const target = `gblur@${name}b`;
  const shown = within(sigma, { fromFrame, frames });
  const content = typeof shown === 'number' ? '' : commandsOf(shown, target, { fromFrame, frameRate });
  const file = `blur-${createHash('sha256').update(content).digest('hex').slice(0, 32)}.txt`;
  files.add({ name: file, content });
  return `null[${name}n];[${name}m]${target}=sigma=0:sigmaV=0:steps=3[${name}o];[${name}n]sendcmd=f=${file}[${name}m];[${name}o]null`;
}

/** A line for each stretch in which the strength changes evenly. They begin and end half a frame before a key, so that no rounding matters. */
function commandsOf(
  keys: Keyframes,
  target: string,
  { fromFrame, frameRate }: Pick<EffectClip, 'fromFrame' | 'frameRate'>,
): string {
  const seconds = (frame: number) => (Math.max(0, timeUsOf(frame - fromFrame, frameRate) - halfUs) / 1e6).toFixed(6);
  const halfUs = timeUsOf(1, frameRate) / 2;
  const lines = [...keys, undefined].flatMap((to, i) => {
    const from = keys[i - 1];
    const isOver = to !== undefined && to.at <= fromFrame;
    if (isOver) return [];
    const span = `${from ? seconds(from.at) : '0'}${to ? `-${seconds(to.at)}` : ''}`;
    const value = expressionOf(stretch(from, to), `(N-1${fromFrame < 0 ? '-' : '+'}${Math.abs(fromFrame)})`);
    return [`${span} [expr] ${target} sigma '${value}', [expr] ${target} sigmaV '${value}';`];
  });
  return `${lines.join('\n')}\n`;
}

/** `sendcmd` counts its frames from 1. */
function stretch(from: Keyframe | undefined, to: Keyframe | undefined): Keyframes | number {
  if (from && to) return [from, to];
  return (from ?? to)?.value ?? 0;
}
