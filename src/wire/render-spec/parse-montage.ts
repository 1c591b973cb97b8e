import type { Fit } from '../../composition/composition.js';
import type { Material, Montage } from '../../composition/montage/montage.js';
import {
  AspectRatio,
  ConcatMode,
  Fit as WireFit,
  ImageMotion,
  type Material as WireMaterial,
  type Montage as WireMontage,
} from '../../../generated/cutroom/v1/montage.js';
import {
  at,
  type EnumTable,
  parseColor,
  parseDurationUs,
  parseEnum,
  parseNumber,
  parseUri,
  type Place,
  refuse,
} from './fields.js';
import { parseMaterialSound, parseMusic, parseNarration } from './parse-audio.js';
import { parseFrameRate } from './parse-frame-rate.js';
import { parsePoint } from './parse-point.js';
import { parseSubtitles } from './parse-subtitles.js';
import { parseTransition } from './parse-transition.js';
import { parseWatermark } from './parse-watermark.js';

/** The most materials of a montage. */
export const MAX_MATERIALS = 2_000;
/** How long a clip may be; `montage.proto` says so. */
export const LONGEST_CLIP = { minUs: 100_000, maxUs: 600_000_000, defaultUs: 5_000_000 };
/** The short side, even. */
export const RESOLUTION = { min: 144, max: 2160, default: 1080 };

export const FITS: EnumTable<WireFit, Fit> = {
  [WireFit.FIT_UNSPECIFIED]: 'COVER',
  [WireFit.FIT_COVER]: 'COVER',
  [WireFit.FIT_CONTAIN]: 'CONTAIN',
  [WireFit.FIT_FILL]: 'FILL',
  [WireFit.FIT_NONE]: 'NONE',
  [WireFit.FIT_SCALE_DOWN]: 'SCALE_DOWN',
  [WireFit.FIT_CONTAIN_BLUR]: 'CONTAIN_BLUR',
};

export const VARIANTS = { min: 1, max: 10, unit: '' };
export const CLIP_SPEED = { min: 0.5, max: 2, unit: '' };

export const CONCATS: EnumTable<ConcatMode, Montage['concat']> = {
  [ConcatMode.CONCAT_MODE_UNSPECIFIED]: 'SEQUENTIAL',
  [ConcatMode.CONCAT_MODE_SEQUENTIAL]: 'SEQUENTIAL',
  [ConcatMode.CONCAT_MODE_RANDOM]: 'RANDOM',
};

export const MOTIONS: EnumTable<ImageMotion, Montage['imageMotion']> = {
  [ImageMotion.IMAGE_MOTION_UNSPECIFIED]: 'NONE',
  [ImageMotion.IMAGE_MOTION_NONE]: 'NONE',
  [ImageMotion.IMAGE_MOTION_ZOOM_IN]: 'ZOOM_IN',
};

/** Width and height as they relate. */
interface Shape {
  readonly width: number;
  readonly height: number;
}

const PORTRAIT: Shape = { width: 9, height: 16 };
export const SHAPES: EnumTable<AspectRatio, Shape> = {
  [AspectRatio.ASPECT_RATIO_UNSPECIFIED]: PORTRAIT,
  [AspectRatio.ASPECT_RATIO_9_16]: PORTRAIT,
  [AspectRatio.ASPECT_RATIO_16_9]: { width: 16, height: 9 },
  [AspectRatio.ASPECT_RATIO_1_1]: { width: 1, height: 1 },
};

/** Reads a montage; where something is wrong, that is noted and a default stands in. */
export function parseMontage(wire: WireMontage, place: Place): Montage {
  // In the order of the proto, which is the order in which violations are told.
  const materials = parseMaterials(wire, place);
  const longestClipUs = parseLongestClip(wire, at(place, 'longest_clip'));
  const fit = parseEnum(wire.fit, at(place, 'fit'), FITS);
  const background = parseColor(wire.backgroundColor || '#000000', at(place, 'background_color'), 'refused');
  const shape = parseEnum(wire.aspectRatio, at(place, 'aspect_ratio'), SHAPES);
  const shortSide = parseResolution(wire.resolution, at(place, 'resolution'));
  const concat = parseEnum(wire.concatMode, at(place, 'concat_mode'), CONCATS);
  // With narration the materials may be shown again, so that even a single one can make many clips; cut into pieces as well.
  const manyClips = wire.materials.length >= 3 || wire.narration !== undefined || concat === 'RANDOM';
  const { width, height } = frameSize(shape, shortSide);
  const frameRate = parseFrameRate(wire.frameRate, at(place, 'frame_rate'));
  return {
    width,
    height,
    frameRate,
    background,
    materials,
    longestClipUs: longestClipUs ?? LONGEST_CLIP.defaultUs,
    fit,
    transition: parseTransition(wire.transition, at(place, 'transition'), { longestClipUs, manyClips, frameRate }),
    narration: wire.narration ? parseNarration(wire.narration, at(place, 'narration')) : null,
    music: wire.music ? parseMusic(wire.music, at(place, 'music')) : null,
    subtitles: wire.subtitles ? parseSubtitles(wire.subtitles, at(place, 'subtitles'), { shortSide }) : null,
    speed: wire.clipSpeed === 0 ? 1 : parseNumber(wire.clipSpeed, at(place, 'clip_speed'), CLIP_SPEED),
    concat,
    seed: wire.seed,
    imageMotion: parseEnum(wire.imageMotion, at(place, 'image_motion'), MOTIONS),
    variants: wire.variants === 0 ? 1 : parseNumber(wire.variants, at(place, 'variants'), VARIANTS),
    materialSound: wire.materialSound ? parseMaterialSound(wire, at(place, 'material_sound')) : null,
    watermark: wire.watermark ? parseWatermark(wire.watermark, at(place, 'watermark'), shortSide) : null,
    intro: wire.intro ? parseMaterial(wire.intro, at(place, 'intro')) : null,
    outro: wire.outro ? parseMaterial(wire.outro, at(place, 'outro')) : null,
  };
}

function parseMaterials(wire: WireMontage, place: Place): Material[] {
  const count = wire.materials.length;
  if (count === 0) refuse(at(place, 'materials'), 'is required: at least one material');
  if (count > MAX_MATERIALS) {
    // Not looked at one by one: a request of the largest size has a million of them.
    refuse(at(place, 'materials'), `must be at most ${MAX_MATERIALS}, not ${count}`);
    return [];
  }
  return wire.materials.map((material, i) => parseMaterial(material, at(place, 'materials', i)));
}

function parseMaterial({ uri, focus }: WireMaterial, place: Place): Material {
  const asset = parseUri(uri, at(place, 'uri'));
  return focus ? { ...asset, focus: parsePoint(focus, at(place, 'focus')) } : asset;
}

function parseLongestClip(wire: WireMontage, place: Place): number | null {
  return wire.longestClip ? parseDurationUs(wire.longestClip, place, LONGEST_CLIP) : LONGEST_CLIP.defaultUs;
}

function parseResolution(resolution: number, place: Place): number {
  if (resolution === 0) return RESOLUTION.default;
  if (resolution >= RESOLUTION.min && resolution <= RESOLUTION.max && resolution % 2 === 0) return resolution;
  refuse(place, `must be an even number from ${RESOLUTION.min} to ${RESOLUTION.max}`);
  return RESOLUTION.default;
}

/** The size of the frame of a valid montage. */
export function frameSizeOf({ aspectRatio, resolution }: WireMontage): Shape {
  return frameSize(SHAPES[aspectRatio as keyof typeof SHAPES], resolution || RESOLUTION.default);
}

function frameSize(shape: Shape, shortSide: number): Shape {
  const unit = shortSide / Math.min(shape.width, shape.height);
  // yuv420p has one chroma sample for two pixels, so both sides are even.
  const even = (pixels: number) => 2 * Math.round(pixels / 2);
  return { width: even(shape.width * unit), height: even(shape.height * unit) };
}
