import { type Animated, isInOrder, valuesOf } from './animated.js';
import {
  hasAlpha,
  type ClipLayer,
  type Composition,
  type NestedVideo,
  type Placement,
  type VisualClip,
} from './composition.js';
import type { Drawing } from './drawing.js';

/**
 * Holds a composition to its promises, so that nothing of it is dropped in silence. A form that breaks one has a fault of its own:
 * callers' mistakes were refused before.
 * @throws RangeError that names the first promise that is broken.
 */
export function checkComposition(composition: Composition): void {
  const { width, height, frames, layers, audio, samples, buses = [], drawings = [] } = composition;
  const drawn = new Map(drawings.map((drawing) => [drawing.uri, drawing]));
  require(frames >= 1, 'a composition needs a frame');
  require(width % 2 === 0 && height % 2 === 0, 'both sides of a composition are even');
  for (const layer of layers) {
    if (layer.kind === 'captions') continue;
    require(layer.clips.length > 0, 'a layer needs a clip');
    checkClips(layer, frames, drawn);
  }
  for (const clip of audio) {
    require(clip.samples >= 1 && clip.startSample >= 0, 'an audio clip needs a sample');
    require(clip.startSample + clip.samples <= samples, 'an audio clip ends with the soundtrack at the latest');
    checkValues(clip.gainDb, Number.isFinite, 'a gain is a number');
    const { bus, speed = 1, loop } = clip;
    require(bus === undefined || bus < buses.length, 'an audio clip goes to a bus that is there');
    require(speed >= 0.25 && speed <= 4, 'audio plays at 0.25 to 4 times its speed');
    require(speed === 1 || !loop, 'audio with a speed does not begin again');
    const { backwardsFrom } = clip;
    require(backwardsFrom === undefined ||
      (backwardsFrom >= clip.samples && !loop), 'audio plays backwards from its end');
  }
  buses.forEach(({ gainDb, duck, into }, i) => {
    checkValues(gainDb, Number.isFinite, 'a gain is a number');
    require(into === undefined || (into !== i && into < buses.length), 'a bus goes into another that is there');
    require(!duck || (duck.under !== i && duck.under < buses.length), 'a bus makes room for another that is there');
  });
}

function checkClips({ clips }: ClipLayer, total: number, drawn: ReadonlyMap<string, Drawing>): void {
  let before: VisualClip | null = null;
  // Where the last clip ends, and from where on there is no gap and no transition up to it; later than that where the transition is not over.
  let [end, aloneFrom] = [0, 0];
  for (const clip of clips) {
    const { startFrame, frames, transition } = clip;
    require(startFrame >= 0 && frames >= 1 && startFrame + frames <= total, 'a clip lies within the video');
    if (transition) {
      require(before !== null && startFrame === end - transition.frames, 'a transition overlaps the clip before');
      require(transition.frames >= 1 && aloneFrom <= startFrame, 'two transitions of a clip do not overlap');
      const blend = clip.placement?.blend ?? 'NORMAL';
      require(blend === (before?.placement?.blend ?? 'NORMAL'), 'both sides of a transition have the same blend mode');
      aloneFrom = end;
    } else {
      require(startFrame >= end, 'two clips of a layer overlap only in a transition');
      if (startFrame > end) {
        require(aloneFrom <= end, 'a transition is no longer than its clips');
        aloneFrom = startFrame;
      }
    }
    end = startFrame + frames;
    const { backwardsFrom } = clip;
    require(backwardsFrom === undefined ||
      (backwardsFrom >= frames && !clip.frozen), 'a clip plays backwards from its end');
    checkValues(clip.opacity, (opacity) => opacity >= 0 && opacity <= 1, 'opacity lies between 0 and 1');
    for (const effect of clip.effects) {
      if (effect.kind === 'ZOOM') checkValues(effect.scale, (scale) => scale >= 1, 'a zoom is at least 1');
      if (effect.kind === 'BLUR') checkValues(effect.sigma, (sigma) => sigma >= 0, 'a blur is at least 0');
    }
    require(!clip.asset.uri.startsWith('drawing:') || drawn.has(clip.asset.uri), 'a drawing of a clip is there');
    if (clip.placement) checkPlacement(clip.placement, drawn);
    require((clip.source === 'nested') === (clip.nested !== undefined), 'a clip of a composition has one');
    require(!clip.nested ||
      (clip.placement !== undefined && clip.speed === 1), 'a nested composition is placed, at its own speed');
    for (const video of [clip.nested, clip.placement?.matte?.video]) if (video) checkNested(video, drawn);
    before = clip;
  }
  require(aloneFrom <= end, 'a transition is no longer than its clips');
}

function checkNested({ composition, fromFrame }: NestedVideo, drawn: ReadonlyMap<string, Drawing>): void {
  const { width, height, layers, audio, background, drawings = [] } = composition;
  require(width % 2 === 0 && height % 2 === 0, 'both sides of a composition are even');
  require(Number.isInteger(fromFrame) && fromFrame >= 0, 'a nested composition begins with one of its frames');
  require(hasAlpha({ background }), 'a nested composition is transparent');
  require(audio.length === 0 && drawings.length === 0, 'sound and drawings are those of the whole');
  for (const layer of layers) {
    if (layer.kind === 'captions') continue;
    require(layer.clips.length > 0, 'a layer needs a clip');
    checkClips(layer, composition.frames, drawn);
  }
}

function checkPlacement(placement: Placement, drawn: ReadonlyMap<string, Drawing>): void {
  const { part, width, height, x, y, scaleX, scaleY, rotation, mask } = placement;
  const isSide = (side: number) => Number.isInteger(side) && side >= 1;
  require(isSide(width) && isSide(height), 'the sides of a box are whole pixels');
  for (const scale of [scaleX, scaleY])
    checkValues(scale, (factor) => factor >= 0 && factor <= 1, 'a box is scaled to its size at most');
  for (const value of [x, y, rotation]) checkValues(value, Number.isFinite, 'a place is a number');
  if (part) {
    const isWithin = (start: number, length: number) => start >= 0 && length > 0 && start + length <= 1 + 1e-9;
    require(isWithin(part.left, part.width) && isWithin(part.top, part.height), 'a part lies within its source');
  }
  if (!mask) return;
  const drawing = drawn.get(mask.uri);
  require(drawing?.width === width && drawing.height === height, 'a mask has the size of its box');
}

function checkValues(value: Animated, isAllowed: (value: number) => boolean, promise: string): void {
  require(isInOrder(value), 'keyframes come one after another');
  require(valuesOf(value).every(isAllowed), promise);
}

function require(holds: boolean, promise: string): void {
  if (!holds) throw new RangeError(`impossible composition: ${promise}`);
}
