import { BlendMode, type Clip } from '../../../../generated/cutroom/v1/timeline.js';
import { at, type Place, refuse } from '../fields.js';

/** Refuses fields about the picture of a clip that has none of its own. */
export function refuseLook(wire: Clip, place: Place, kind: 'audio' | 'subtitles'): void {
  const isSet: Readonly<Record<string, boolean>> = {
    layout: wire.layout !== undefined,
    opacity: wire.opacity !== undefined,
    rotation: wire.rotation !== 0,
    flip_horizontal: wire.flipHorizontal,
    flip_vertical: wire.flipVertical,
    corner_radius: wire.cornerRadius !== 0,
    border: wire.border !== undefined,
    shadow: wire.shadow !== undefined,
    blend: wire.blend !== BlendMode.BLEND_MODE_UNSPECIFIED,
    chroma_key: wire.chromaKey !== undefined,
    color_adjustment: wire.colorAdjustment !== undefined,
    blur: wire.blur !== 0,
    motion: wire.motion !== undefined,
    enter: wire.enter !== undefined,
    exit: wire.exit !== undefined,
    transition: wire.transition !== undefined,
    matte: wire.matte !== undefined,
    // Of the sound there may be some.
    keyframes: kind === 'subtitles' && wire.keyframes.length > 0,
  };
  for (const [name, set] of Object.entries(isSet)) if (set) refuse(at(place, name), `must not be set for ${kind}`);
}

/** Refuses what does not go with a transition, or with the clips beside it. */
export function refuseNeighbours(
  wire: Clip,
  place: Place,
  { before, next }: { readonly before: Clip | undefined; readonly next: Clip | undefined },
): void {
  const isParted = isAnimatedText(wire);
  const transition = at(place, 'transition');
  const leaves = next?.transition !== undefined;
  if (isParted && wire.enter) refuse(at(place, 'enter'), 'must not be set for a text whose parts appear one by one');
  if (wire.exit && leaves) refuse(at(place, 'exit'), 'must not be set: the next clip has a transition');
  if (!wire.transition || !hasPicture(wire)) return;
  if (wire.enter) refuse(at(place, 'enter'), 'must not be set with a transition');
  if (!before) refuse(transition, 'must not be set for the first clip of a track');
  else if (!hasPicture(before)) refuse(transition, 'must not be set after a clip without a picture');
  else if (blendOf(before) !== blendOf(wire))
    refuse(transition, 'must not be set between clips of different `blend`, which are not mixed with each other');
  else if (isParted || isAnimatedText(before))
    refuse(transition, 'must not be set beside a text whose parts appear one by one');
}

function hasPicture({ asset }: Clip): boolean {
  return asset !== undefined && asset.$case !== 'audio' && asset.$case !== 'subtitles';
}

function isAnimatedText({ asset }: Clip): boolean {
  return asset?.$case === 'text' && asset.value.animation !== undefined;
}

function blendOf({ blend }: Clip): BlendMode {
  return blend || BlendMode.BLEND_MODE_NORMAL;
}
