import { type Animated, isInOrder, valuesOf } from './animated.js';
import type { ClipLayer, Composition, VisualClip } from './composition.js';

/**
 * Holds a composition to its promises, so that nothing of it is dropped in silence. A form that breaks one has a fault of its own:
 * callers' mistakes were refused before.
 * @throws RangeError that names the first promise that is broken.
 */
export function checkComposition(composition: Composition): void {
  const { width, height, frames, layers, audio, samples } = composition;
  require(frames >= 1, 'a composition needs a frame');
  require(width % 2 === 0 && height % 2 === 0, 'both sides of a composition are even');
  for (const layer of layers) {
    if (layer.kind === 'captions') continue;
    require(layer.clips.length > 0, 'a layer needs a clip');
    checkClips(layer, frames);
  }
  for (const clip of audio) {
    require(clip.samples >= 1 && clip.startSample >= 0, 'an audio clip needs a sample');
    require(clip.startSample + clip.samples <= samples, 'an audio clip ends with the soundtrack at the latest');
    require(clip.fadeOutSamples <= clip.samples, 'a fade is no longer than its clip');
    checkValues(clip.gainDb, Number.isFinite, 'a gain is a number');
  }
}

function checkClips({ clips }: ClipLayer, total: number): void {
  let before: VisualClip | null = null;
  for (const clip of clips) {
    const { startFrame, frames, transition } = clip;
    require(startFrame >= 0 && frames >= 1 && startFrame + frames <= total, 'a clip lies within the video');
    const end = before ? before.startFrame + before.frames : 0;
    if (transition) {
      require(before !== null && startFrame === end - transition.frames, 'a transition overlaps the clip before');
      require(transition.frames >= 1 && transition.frames <= frames, 'a transition is no longer than its clip');
      const free = before ? before.frames - (before.transition?.frames ?? 0) : 0;
      require(transition.frames <= free, 'two transitions of a clip do not overlap');
      const blend = clip.placement?.blend ?? 'NORMAL';
      require(blend === (before?.placement?.blend ?? 'NORMAL'), 'both sides of a transition have the same blend mode');
    } else {
      require(startFrame >= end, 'two clips of a layer overlap only in a transition');
    }
    checkValues(clip.opacity, (opacity) => opacity >= 0 && opacity <= 1, 'opacity lies between 0 and 1');
    for (const effect of clip.effects)
      if (effect.kind === 'ZOOM') checkValues(effect.scale, (scale) => scale >= 1, 'a zoom is at least 1');
    before = clip;
  }
}

function checkValues(value: Animated, isAllowed: (value: number) => boolean, promise: string): void {
  require(isInOrder(value), 'keyframes come one after another');
  require(valuesOf(value).every(isAllowed), promise);
}

function require(holds: boolean, promise: string): void {
  if (!holds) throw new RangeError(`impossible composition: ${promise}`);
}
