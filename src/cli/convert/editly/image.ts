import { Fit } from '../../../../generated/cutroom/v1/montage.js';
import { Anchor, Clip, ImageAsset, Layout } from '../../../../generated/cutroom/v1/timeline.js';
import type { Frame } from '../canvas.js';
import type { Source } from '../reader.js';
import { motionIn } from './motion.js';
import { pathIn } from './path.js';
import { layoutAt, placeIn } from './position.js';

const FITS: Readonly<Record<string, Fit>> = {
  contain: Fit.FIT_CONTAIN,
  'contain-blur': Fit.FIT_CONTAIN_BLUR,
  cover: Fit.FIT_COVER,
  stretch: Fit.FIT_FILL,
};

/** `resizeMode` of a layer. */
export function resizeModeIn(source: Source): Fit {
  return source.word('resizeMode', FITS) ?? Fit.FIT_CONTAIN_BLUR;
}

/** A layer `image`. */
export function imageOf(source: Source): Clip | undefined {
  const uri = pathIn(source);
  if (uri === undefined) return undefined;
  return Clip.fromPartial({
    asset: { $case: 'image', value: ImageAsset.fromPartial({ uri }) },
    layout: Layout.fromPartial({ fit: resizeModeIn(source) }),
    motion: motionIn(source, { direction: 'in', amount: 0.1 }),
  });
}

/** A layer `image-overlay`: its width or height is said, the other follows from the file. */
export function overlayOf(source: Source, frame: Frame): Clip | undefined {
  const uri = pathIn(source);
  if (uri === undefined) return undefined;
  const place = placeIn(source);
  const width = source.number('width');
  if (width !== undefined) source.ignore('height');
  const height = width === undefined ? source.number('height') : undefined;
  const isCentred = place.anchor === Anchor.ANCHOR_CENTER;
  if (!isCentred && height === undefined)
    source.warn(
      'position',
      'holds for a square box as wide as the image; an image of another shape stands in the middle of it',
    );
  const wide = (width ?? 1) * 100;
  const size =
    height === undefined
      ? { width: wide, height: isCentred ? 100 : (wide * frame.width) / frame.height }
      : { width: isCentred ? 100 : (height * 100 * frame.height) / frame.width, height: height * 100 };
  return Clip.fromPartial({
    asset: { $case: 'image', value: ImageAsset.fromPartial({ uri }) },
    layout: { ...layoutAt(place, size), fit: Fit.FIT_CONTAIN },
    motion: motionIn(source, { direction: undefined, amount: 0.1 }),
  });
}
