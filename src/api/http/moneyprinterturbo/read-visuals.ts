import type { JsonValue } from '@bufbuild/protobuf';
import {
  AspectRatio,
  ConcatMode,
  Fit,
  ImageMotion,
  type Material,
  type Montage,
  Transition,
  Transition_Kind as Kind,
} from '../../../../generated/cutroom/v1/montage.js';
import { FIELD_REQUIRED } from './error-response.js';
import type { ParameterReader } from './parameter-reader.js';

/** The fields of a montage that the visual parameters set. */
export type Visuals = Pick<
  Montage,
  'materials' | 'aspectRatio' | 'fit' | 'longestClip' | 'clipSpeed' | 'concatMode' | 'transition' | 'imageMotion'
>;

const ASPECTS = {
  '9:16': AspectRatio.ASPECT_RATIO_9_16,
  '16:9': AspectRatio.ASPECT_RATIO_16_9,
  '1:1': AspectRatio.ASPECT_RATIO_1_1,
} as const;
const FITS = { cover: Fit.FIT_COVER, contain: Fit.FIT_CONTAIN } as const;
const CONCATS = { random: ConcatMode.CONCAT_MODE_RANDOM, sequential: ConcatMode.CONCAT_MODE_SEQUENTIAL } as const;
const TRANSITIONS = {
  '': Kind.KIND_CUT,
  None: Kind.KIND_CUT,
  Shuffle: Kind.KIND_SHUFFLE,
  FadeIn: Kind.KIND_FADE_IN,
  FadeOut: Kind.KIND_FADE_OUT,
  SlideIn: Kind.KIND_SLIDE_IN,
  SlideOut: Kind.KIND_SLIDE_OUT,
  ZoomIn: Kind.KIND_ZOOM_IN,
  ZoomOut: Kind.KIND_ZOOM_OUT,
} as const;
const CLIP_SECONDS = { min: 1, max: 600, whole: true };
const DEFAULT_CLIP_SECONDS = 5;
const CLIP_SPEED = { min: 0.5, max: 2 };

/** Reads the visual parameters: materials, and how they are shown. */
export function readVisuals(reader: ParameterReader, { variants }: { readonly variants: number }): Visuals {
  const materials = readMaterials(reader);
  return {
    materials,
    aspectRatio: ASPECTS[reader.oneOf('video_aspect', namesOf(ASPECTS)) ?? '9:16'],
    fit: FITS[reader.oneOf('video_fit_mode', namesOf(FITS)) ?? 'cover'],
    concatMode: CONCATS[readConcat(reader, variants)],
    transition: Transition.fromPartial({
      kind: TRANSITIONS[reader.oneOf('video_transition_mode', namesOf(TRANSITIONS)) ?? 'None'],
    }),
    longestClip: {
      seconds: BigInt(reader.number('video_clip_duration', CLIP_SECONDS) ?? DEFAULT_CLIP_SECONDS),
      nanos: 0,
    },
    clipSpeed: reader.number('video_clip_speed', CLIP_SPEED) ?? 1,
    imageMotion: ImageMotion.IMAGE_MOTION_ZOOM_IN,
  };
}

/** Several videos in the same order would be the same video: theirs are random then, and so are these. */
function readConcat(reader: ParameterReader, variants: number): keyof typeof CONCATS {
  const mode = reader.oneOf('video_concat_mode', namesOf(CONCATS)) ?? 'random';
  if (mode === 'random' || variants === 1) return mode;
  reader.warn(
    'PARAMETER_ADJUSTED',
    'video_concat_mode',
    'random is used: with video_count > 1, sequential videos would be identical',
  );
  return 'random';
}

function namesOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[];
}

function readMaterials(reader: ParameterReader): Material[] {
  const source = reader.text('video_source') ?? 'local';
  const value = reader.raw('video_materials') ?? [];
  if (!Array.isArray(value)) {
    reader.refuse('video_materials', 'must be a list');
    return [];
  }
  const materials = value.map((item, i) => ({ uri: urlOf(item, i, reader), focus: undefined }));
  if (materials.length > 0) return materials;
  reader.refuse('video_materials', FIELD_REQUIRED);
  if (source !== 'local') {
    reader.refuse(
      'video_source',
      `"${source.slice(0, 40)}" is not served: no stock footage is searched here; bring your own video_materials`,
    );
  }
  return materials;
}

function urlOf(item: JsonValue, index: number, reader: ParameterReader): string {
  const field = `video_materials[${index}].url`;
  const url = typeof item === 'object' && item !== null && !Array.isArray(item) ? item.url : undefined;
  if (typeof url === 'string' && url !== '') return url;
  reader.refuse(field, url === undefined || url === null || url === '' ? FIELD_REQUIRED : 'must be a string');
  return '';
}
