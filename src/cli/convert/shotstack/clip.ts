import type { Clip } from '../../../../generated/cutroom/v1/timeline.js';
import { type Keyframe, Keyframe_Property } from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';
import { durationOf } from '../time.js';
import { assetOf } from './asset.js';
import type { ClipContext } from './context.js';
import type { Asset } from './converted-asset.js';
import { layoutOf } from './layout.js';
import { lookOf } from './look.js';
import type { Timed } from './times.js';
import { tweened } from './tween.js';

/** A clip of an edit. Undefined, with a warning, when its asset has no counterpart. */
export function clipOf(source: Source, timed: Timed, context: ClipContext): Clip | undefined {
  const assetSource = source.object('asset');
  if (!assetSource) {
    source.leaveOut('has no asset; it is left out');
    return undefined;
  }
  source.ignore('start', 'length', 'alias');
  const asset = assetOf(assetSource, timed, context);
  if (!asset) {
    // One warning is enough for a clip.
    source.ignore(...source.keys);
    return undefined;
  }
  const clip = { ...asset.clip, ...timesOf(timed) };
  if (asset.kind === 'AUDIO' || asset.kind === 'CAPTION') return clip;
  return { ...clip, ...picture(source, asset, timed, context) };
}

function timesOf({ id, start, length }: Timed): Pick<Clip, 'id' | 'begin' | 'length'> {
  const begin: Clip['begin'] =
    start.kind === 'AT'
      ? { $case: 'start', value: durationOf(start.ns) }
      : start.kind === 'WITH'
        ? { $case: 'startWith', value: start.id }
        : undefined;
  switch (length.kind) {
    case 'FIXED':
      return { id, begin, length: { $case: 'duration', value: durationOf(length.ns) } };
    case 'SAME_AS':
      return { id, begin, length: { $case: 'sameAs', value: length.id } };
    case 'TO_END':
      return { id, begin, length: { $case: 'toEnd', value: true } };
    case 'NATURAL':
      return { id, begin, length: undefined };
  }
}

/** Its place and its look. */
function picture(source: Source, asset: Asset, timed: Timed, { frame }: ClipContext): Partial<Clip> {
  const layout = layoutOf(source, asset, frame);
  const rate = frame.rate;
  const opacity = tweened(source, 'opacity', {
    property: Keyframe_Property.PROPERTY_OPACITY,
    rate,
    to: (value) => Math.min(1, Math.max(0, value)),
  });
  const transform = source.object('transform');
  const rotate = transform?.object('rotate');
  const angle =
    rotate && tweened(rotate, 'angle', { property: Keyframe_Property.PROPERTY_ROTATION, rate, to: degrees });
  transform?.object('skew')?.leaveOut('has no counterpart; it is left out');
  const flip = transform?.object('flip');
  const keyframes: Keyframe[] = [
    ...asset.clip.keyframes,
    ...layout.keyframes,
    ...opacity.keyframes,
    ...(angle?.keyframes ?? []),
  ];
  return {
    layout: layout.layout,
    opacity: opacity.value,
    rotation: angle?.value ?? 0,
    flipHorizontal: flip?.flag('horizontal') ?? false,
    flipVertical: flip?.flag('vertical') ?? false,
    keyframes,
    ...lookOf(source, timed),
  };
}

function degrees(value: number): number {
  return Math.min(3600, Math.max(-3600, value));
}
