import type { OutputFormat, ThumbnailFormat, Thumbnails, ThumbnailTime } from '../../composition/output-spec.js';
import { type Thumbnails as WireThumbnails, Thumbnails_Format } from '../../../generated/cutroom/v1/output_spec.js';
import { at, type EnumTable, parseDurationUs, parseEnum, type Place, refuse } from './fields.js';

export const THUMBNAILS = { min: 1, max: 50 };
export const THUMBNAIL_WIDTH = { min: 32 };
export const THUMBNAIL_TIME = { minUs: 0, maxUs: 24 * 3600 * 1_000_000 };

export const THUMBNAIL_FORMATS: EnumTable<Thumbnails_Format, ThumbnailFormat> = {
  [Thumbnails_Format.FORMAT_UNSPECIFIED]: 'JPEG',
  [Thumbnails_Format.FORMAT_JPEG]: 'JPEG',
  [Thumbnails_Format.FORMAT_PNG]: 'PNG',
  [Thumbnails_Format.FORMAT_WEBP]: 'WEBP',
};

/** Reads the stills that are asked for. @param output its kind, and the width of its pictures. */
export function parseThumbnails(
  wire: WireThumbnails,
  place: Place,
  { format: { kind }, width: largest }: { readonly format: OutputFormat; readonly width: number },
): Thumbnails {
  if (kind === 'gif' || kind === 'audio') refuse(place, `must not be set for ${kind}`);
  const { width } = wire;
  if (width !== 0 && (width % 2 !== 0 || width < THUMBNAIL_WIDTH.min || width > largest))
    refuse(
      at(place, 'width'),
      `must be an even number from ${THUMBNAIL_WIDTH.min} to ${largest}, the width of the output`,
    );
  const format = at(place, 'format');
  return {
    at: parsePlaces(wire, place),
    format: parseEnum(wire.format, format, THUMBNAIL_FORMATS),
    width: width === 0 || width === largest ? null : width,
    formatField: format.field,
  };
}

function parsePlaces({ count, times }: WireThumbnails, place: Place): Thumbnails['at'] {
  if ((count === 0) === (times.length === 0)) refuse(place, 'must have one of: count, times');
  if (times.length > THUMBNAILS.max) {
    refuse(at(place, 'times'), `must be at most ${THUMBNAILS.max}, not ${times.length}`);
    return [];
  }
  if (times.length > 0) {
    const parsed = times.flatMap((time, i): ThumbnailTime[] => {
      const here = at(place, 'times', i);
      const us = parseDurationUs(time, here, THUMBNAIL_TIME);
      return us === null ? [] : [{ us, field: here.field }];
    });
    return parsed.sort((a, b) => a.us - b.us);
  }
  if (count < 0 || count > THUMBNAILS.max) refuse(at(place, 'count'), `must be ${THUMBNAILS.min} to ${THUMBNAILS.max}`);
  return count;
}
