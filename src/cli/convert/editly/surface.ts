import { Clip, ColorAsset, GradientAsset, GradientAsset_Kind } from '../../../../generated/cutroom/v1/timeline.js';
import { colorIn, hexColor } from '../color.js';
import type { Source } from '../reader.js';

/** A layer `fill-color` or `pause`. */
export function colorOf(source: Source): Clip {
  const color = colorIn(source, 'color');
  if (color === undefined) source.warn('color', 'is left to chance; it is black here');
  return Clip.fromPartial({ asset: { $case: 'color', value: ColorAsset.fromPartial({ color: color ?? '#000000' }) } });
}

const BY_DEFAULT = ['#2B5876', '#4E4376'];

/** A layer `linear-gradient`, from one corner to the other, or `radial-gradient`. */
export function gradientOf(source: Source, type: 'linear-gradient' | 'radial-gradient'): Clip {
  const given = source.value('colors');
  const items: readonly unknown[] = Array.isArray(given) ? given : [];
  const colors = items.flatMap((item) => (typeof item === 'string' ? (hexColor(item) ?? []) : []));
  const isComplete = items.length === 2 && colors.length === 2;
  if (!isComplete)
    source.warn(
      'colors',
      given === undefined
        ? 'are left to chance; they are blue and violet here'
        : 'are not two colours; they are blue and violet here',
    );
  const [from = '', to = ''] = isComplete ? colors : BY_DEFAULT;
  const isLinear = type === 'linear-gradient';
  const gradient = GradientAsset.fromPartial({
    kind: isLinear ? GradientAsset_Kind.KIND_LINEAR : GradientAsset_Kind.KIND_RADIAL,
    angle: isLinear ? 135 : undefined,
    stops: [
      { at: 0, color: from },
      { at: 1, color: to },
    ],
  });
  return Clip.fromPartial({ asset: { $case: 'gradient', value: gradient } });
}
