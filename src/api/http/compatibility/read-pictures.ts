import type { JsonValue } from '@bufbuild/protobuf';
import { AspectRatio, Fit, type Material } from '../../../../generated/cutroom/v1/montage.js';
import type { Duration } from '../../../../generated/google/protobuf/duration.js';
import { FIELD_REQUIRED } from './error-response.js';
import type { ParameterReader } from './parameter-reader.js';

/** What the picture's parameters say of a montage. */
export interface Pictures {
  readonly materials: Material[];
  readonly aspectRatio: AspectRatio;
  readonly fit: Fit;
  readonly longestClip: Duration;
}

const ASPECTS = { '9:16': AspectRatio.ASPECT_RATIO_9_16, '16:9': AspectRatio.ASPECT_RATIO_16_9, '1:1': AspectRatio.ASPECT_RATIO_1_1 } as const;
const FITS = { cover: Fit.FIT_COVER, contain: Fit.FIT_CONTAIN } as const;
const CLIP_SECONDS = { min: 1, max: 600, whole: true };
const DEFAULT_CLIP_SECONDS = 5;

/** Reads which pictures are shown, and how. */
export function readPictures(reader: ParameterReader): Pictures {
  const aspect = reader.oneOf('video_aspect', ['9:16', '16:9', '1:1']) ?? '9:16';
  const fit = reader.oneOf('video_fit_mode', ['cover', 'contain']) ?? 'cover';
  const seconds = reader.number('video_clip_duration', CLIP_SECONDS) ?? DEFAULT_CLIP_SECONDS;
  return {
    materials: readMaterials(reader),
    aspectRatio: ASPECTS[aspect],
    fit: FITS[fit],
    longestClip: { seconds: BigInt(seconds), nanos: 0 },
  };
}

function readMaterials(reader: ParameterReader): Material[] {
  const source = reader.text('video_source') ?? 'local';
  const value = reader.raw('video_materials') ?? [];
  if (!Array.isArray(value)) {
    reader.refuse('video_materials', 'must be a list');
    return [];
  }
  const materials = value.map((item, i) => ({ uri: urlOf(item, i, reader) }));
  if (materials.length > 0) return materials;
  // One reason, and the one that the caller did not think of.
  if (source === 'local') reader.refuse('video_materials', FIELD_REQUIRED);
  else reader.refuse('video_source', `"${source.slice(0, 40)}" is not served: no stock footage is searched here; bring your own video_materials`);
  return materials;
}

function urlOf(item: JsonValue, index: number, reader: ParameterReader): string {
  const field = `video_materials[${index}].url`;
  const url = typeof item === 'object' && item !== null && !Array.isArray(item) ? item.url : undefined;
  if (typeof url === 'string' && url !== '') return url;
  reader.refuse(field, url === undefined || url === null || url === '' ? FIELD_REQUIRED : 'must be a string');
  return '';
}
