import {
  type CaptionMode,
  cropOf,
  DEFAULT_OUTPUTS,
  extensionOf,
  sizeOf,
  type HlsFormat,
  type OutputFormat,
  type OutputSpec,
  type Quality,
  type Size,
  type SpriteSheet,
  type TimeRange,
} from '../../composition/output-spec.js';
import { hlsFiles } from '../../composition/hls-files.js';
import { AspectRatio } from '../../../generated/cutroom/v1/montage.js';
import {
  AudioFile_Format,
  Captions,
  type Focus,
  type Hls,
  Mp4_StreamCopy,
  Mp4_VideoCodec,
  Quality as WireQuality,
  type OutputSpec as WireOutput,
  type SpriteSheet as WireSheet,
  type TimeRange as WireRange,
} from '../../../generated/cutroom/v1/output_spec.js';
import { at, type EnumTable, parseDurationUs, parseEnum, parseNumber, type Place, refuse } from './fields.js';
import { destinationOf, refuseSameDestination } from './parse-destination.js';
import { RESOLUTION } from './parse-montage.js';
import { parseThumbnails } from './parse-thumbnails.js';

export const MAX_OUTPUTS = 20;
/** Begins with a letter or a digit, so that it is no hidden file and no option of a command. */
export const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** The picture of the spec says how large it may be. */
export const SHORT_SIDE = { min: 64, max: RESOLUTION.max };
/** GIFs are large: this is what a chat or a readme shows. */
const GIF_SHORT_SIDE = 360;
/** Below it nothing can be seen; no disk holds more than a million million. */
export const MAX_SIZE = { min: 10_000, max: 1e12 };
export const HLS_SIZES = { min: 0, max: 8 };
export const HLS_SEGMENT = { minUs: 1_000_000, maxUs: 20_000_000, defaultUs: 6_000_000 };
/** Sizes that players of the web know, below that of the picture. */
const HLS_USUAL = [1080, 720, 480, 360];
export const SPRITE_INTERVAL = { minUs: 100_000, maxUs: 600_000_000, defaultUs: 5_000_000 };
export const SPRITE_WIDTH = { min: 32, max: 640, default: 160 };
export const FOCUS = { min: 0, max: 100, unit: '' };
/** As long as the longest video. */
export const RANGE_TIME = { minUs: 0, maxUs: 24 * 3600 * 1_000_000 };

export const VIDEO_CODECS: EnumTable<Mp4_VideoCodec, 'H264' | 'HEVC' | 'AV1'> = {
  [Mp4_VideoCodec.VIDEO_CODEC_UNSPECIFIED]: 'H264',
  [Mp4_VideoCodec.VIDEO_CODEC_H264]: 'H264',
  [Mp4_VideoCodec.VIDEO_CODEC_HEVC]: 'HEVC',
  [Mp4_VideoCodec.VIDEO_CODEC_AV1]: 'AV1',
};

export const STREAM_COPIES: EnumTable<Mp4_StreamCopy, boolean> = {
  [Mp4_StreamCopy.STREAM_COPY_UNSPECIFIED]: false,
  [Mp4_StreamCopy.STREAM_COPY_NEVER]: false,
  [Mp4_StreamCopy.STREAM_COPY_AUTO]: true,
};

export const AUDIO_FORMATS: EnumTable<AudioFile_Format, 'M4A' | 'MP3' | 'WAV' | 'FLAC'> = {
  [AudioFile_Format.FORMAT_UNSPECIFIED]: 'M4A',
  [AudioFile_Format.FORMAT_M4A]: 'M4A',
  [AudioFile_Format.FORMAT_MP3]: 'MP3',
  [AudioFile_Format.FORMAT_WAV]: 'WAV',
  [AudioFile_Format.FORMAT_FLAC]: 'FLAC',
};

export const QUALITIES: EnumTable<WireQuality, Quality> = {
  [WireQuality.QUALITY_UNSPECIFIED]: 'MEDIUM',
  [WireQuality.QUALITY_DRAFT]: 'DRAFT',
  [WireQuality.QUALITY_LOW]: 'LOW',
  [WireQuality.QUALITY_MEDIUM]: 'MEDIUM',
  [WireQuality.QUALITY_HIGH]: 'HIGH',
  [WireQuality.QUALITY_LOSSLESS]: 'LOSSLESS',
};

export const CAPTION_MODES: EnumTable<Captions, CaptionMode> = {
  [Captions.CAPTIONS_UNSPECIFIED]: 'BURNED',
  [Captions.CAPTIONS_BURNED]: 'BURNED',
  [Captions.CAPTIONS_SOFT]: 'SOFT',
  [Captions.CAPTIONS_SIDECAR]: 'SIDECAR',
  [Captions.CAPTIONS_NONE]: 'NONE',
};

/** Null: the shape of the picture. */
const CROP_SHAPES: EnumTable<AspectRatio, Size | null> = {
  [AspectRatio.ASPECT_RATIO_UNSPECIFIED]: null,
  [AspectRatio.ASPECT_RATIO_9_16]: { width: 9, height: 16 },
  [AspectRatio.ASPECT_RATIO_16_9]: { width: 16, height: 9 },
  [AspectRatio.ASPECT_RATIO_1_1]: { width: 1, height: 1 },
};

/** What the files are made of. */
export interface Picture extends Size {
  readonly hasAlpha: boolean;
}

/** The kinds of files that keep alpha, in words. */
const WITH_ALPHA = 'webm and mov keep a transparent background, and audio has none';

/** Reads the files that are asked for. */
export function parseOutputs(wire: readonly WireOutput[], place: Place, picture: Picture): readonly OutputSpec[] {
  if (wire.length === 0) {
    if (picture.hasAlpha) refuse(place, `is required with a transparent background, which an MP4 loses: ${WITH_ALPHA}`);
    return DEFAULT_OUTPUTS;
  }
  if (wire.length > MAX_OUTPUTS) {
    refuse(place, `must be at most ${MAX_OUTPUTS}, not ${wire.length}`);
    return DEFAULT_OUTPUTS;
  }
  const taken = new Map<string, string>();
  const destinations = new Map<string, string>();
  return wire.map((output, i) => {
    const here = { ...place, field: `${place.field}[${i}]` };
    const parsed = parseOutput(output, here, { picture, number: i + 1 });
    const before = namesOf(parsed).flatMap((name) => taken.get(name) ?? [])[0];
    if (before !== undefined) refuse(at(here, 'key'), `must differ from ${before}`);
    else for (const name of namesOf(parsed)) taken.set(name, at(here, 'key').field);
    refuseSameDestination(parsed, here, destinations);
    return parsed;
  });
}

/** The names that other outputs cannot have. Two names that differ in case alone are one file on some systems. */
function namesOf({ key, format }: OutputSpec): string[] {
  const further = format.kind === 'hls' ? hlsFiles(key, format) : [];
  return [key, ...further].map((name) => name.toLowerCase());
}

/** The name of a file that was given none. */
export function defaultKey(number: number, format: OutputFormat): string {
  return `output-${number}${extensionOf(format)}`;
}

interface Surroundings {
  readonly picture: Picture;
  readonly number: number;
}

function parseOutput(wire: WireOutput, place: Place, { picture, number }: Surroundings): OutputSpec {
  const isAudio = wire.kind?.$case === 'audio';
  const crop = isAudio ? null : parseCrop(wire, place);
  const shown = { ...(crop ? cropOf(picture, crop) : picture), hasAlpha: picture.hasAlpha };
  const { format, codecField } = parseFormat(wire, place, shown);
  if (isAudio) refuseForAudio(wire, place);
  const shortSide = isAudio ? null : parseShortSide(wire.shortSide, at(place, 'short_side'), format, shown);
  const { width } = sizeOf({ format, shortSide }, shown);
  return {
    key: wire.key === '' ? defaultKey(number, format) : parseKey(wire.key, at(place, 'key'), format),
    isNumbered: false,
    format,
    codecField,
    shortSide,
    crop,
    quality: parseQuality(wire.quality, at(place, 'quality'), format),
    range: wire.range ? parseRange(wire.range, at(place, 'range')) : null,
    maxSize: parseMaxSize(wire, at(place, 'max_size_bytes'), format),
    thumbnails: wire.thumbnails ? parseThumbnails(wire.thumbnails, at(place, 'thumbnails'), { format, width }) : null,
    captions: parseCaptions(wire.captions, at(place, 'captions'), format),
    spriteSheet: wire.spriteSheet ? parseSpriteSheet(wire.spriteSheet, at(place, 'sprite_sheet'), format) : null,
    streamCopy: parseStreamCopy(wire.kind, at(place, 'mp4'), format),
    ...destinationOf(wire, place, format),
  };
}

/** @param shown what is left of the picture. */
function parseFormat(wire: WireOutput, place: Place, shown: Picture): { format: OutputFormat; codecField: string } {
  const { kind } = wire;
  const alpha = shown.hasAlpha ? { alpha: true } : {};
  if (shown.hasAlpha && kind && !KEEPS_ALPHA[kind.$case])
    refuse(at(place, kind.$case), `must not be set with a transparent background, which it loses: ${WITH_ALPHA}`);
  switch (kind?.$case) {
    case 'mp4': {
      const codec = at(at(place, 'mp4'), 'video_codec');
      const videoCodec = parseEnum(kind.value.videoCodec, codec, VIDEO_CODECS);
      return { format: { kind: 'mp4', videoCodec }, codecField: codec.field };
    }
    case 'webm':
      return { format: { kind: 'webm', ...alpha }, codecField: at(place, 'webm').field };
    case 'mov':
      return { format: { kind: 'mov', ...alpha }, codecField: at(place, 'mov').field };
    case 'gif':
      return { format: { kind: 'gif', playOnce: kind.value.playOnce }, codecField: at(place, 'gif').field };
    case 'audio': {
      const here = at(at(place, 'audio'), 'format');
      return {
        format: { kind: 'audio', format: parseEnum(kind.value.format, here, AUDIO_FORMATS) },
        codecField: here.field,
      };
    }
    case 'hls':
      return { format: parseHls(kind.value, at(place, 'hls'), shown), codecField: at(place, 'hls').field };
    case undefined:
      refuse(place, 'must have one of: mp4, webm, gif, audio, hls, mov');
      return { format: { kind: 'mp4', videoCodec: 'H264' }, codecField: place.field };
  }
}

/** Whether a transparent background does not matter to a kind of file. */
const KEEPS_ALPHA: { readonly [Kind in NonNullable<WireOutput['kind']>['$case']]: boolean } = {
  mp4: false,
  webm: true,
  mov: true,
  gif: false,
  hls: false,
  audio: true,
};

function parseStreamCopy(kind: WireOutput['kind'], place: Place, format: OutputFormat): boolean {
  if (kind?.$case !== 'mp4') return false;
  const here = at(place, 'stream_copy');
  const copies = parseEnum(kind.value.streamCopy, here, STREAM_COPIES);
  if (copies && format.kind === 'mp4' && format.videoCodec !== 'H264')
    refuse(here, 'must not be STREAM_COPY_AUTO for another codec than H.264');
  return copies;
}

function parseKey(key: string, place: Place, format: OutputFormat): string {
  const extension = extensionOf(format);
  if (!KEY.test(key))
    refuse(place, 'must be 1 to 64 letters, digits, ".", "_" and "-" that begin with a letter or a digit');
  else if (!key.endsWith(extension)) refuse(place, `must end with ${extension}`);
  return key;
}

function refuseForAudio(wire: WireOutput, place: Place): void {
  if (wire.shortSide !== 0) refuse(at(place, 'short_side'), 'must not be set for audio');
  if (wire.aspectRatio !== AspectRatio.ASPECT_RATIO_UNSPECIFIED)
    refuse(at(place, 'aspect_ratio'), 'must not be set for audio');
  if (wire.focus) refuse(at(place, 'focus'), 'must not be set for audio');
}

function parseShortSide(wire: number, place: Place, format: OutputFormat, shown: Size): number | null {
  const largest = Math.min(shown.width, shown.height);
  if (format.kind === 'hls') {
    if (wire !== 0) refuse(place, 'must not be set for hls: its sizes are hls.short_sides');
    return null;
  }
  if (wire === 0) return format.kind === 'gif' && largest > GIF_SHORT_SIDE ? GIF_SHORT_SIDE : null;
  if (wire === largest) return null;
  return isSize(wire, place, largest) ? wire : null;
}

function isSize(wire: number, place: Place, largest: number): boolean {
  if (wire === largest || (wire % 2 === 0 && wire >= SHORT_SIDE.min && wire < largest)) return true;
  refuse(place, `must be an even number from ${SHORT_SIDE.min} to ${largest}, the short side of the picture`);
  return false;
}

function parseHls(wire: Hls, place: Place, shown: Size): HlsFormat {
  const largest = Math.min(shown.width, shown.height);
  const segmentUs = wire.segment ? parseDurationUs(wire.segment, at(place, 'segment'), HLS_SEGMENT) : null;
  const sides = [...new Set(wire.shortSides)];
  if (wire.shortSides.length > HLS_SIZES.max)
    refuse(at(place, 'short_sides'), `must be at most ${HLS_SIZES.max}, not ${wire.shortSides.length}`);
  else
    wire.shortSides.forEach((side, i) => {
      const here = at(place, 'short_sides', i);
      if (isSize(side, here, largest) && wire.shortSides.indexOf(side) < i) refuse(here, 'must differ from the others');
    });
  const usual = [largest, ...HLS_USUAL.filter((side) => side < largest)];
  return {
    kind: 'hls',
    shortSides: (sides.length === 0 ? usual : sides).sort((a, b) => b - a),
    segmentUs: segmentUs ?? HLS_SEGMENT.defaultUs,
  };
}

function parseCrop(wire: WireOutput, place: Place): OutputSpec['crop'] {
  const shape = parseEnum(wire.aspectRatio, at(place, 'aspect_ratio'), CROP_SHAPES);
  if (!shape) {
    if (wire.focus) refuse(at(place, 'focus'), 'must not be set without aspect_ratio');
    return null;
  }
  return { shape, focus: wire.focus ? parseFocus(wire.focus, at(place, 'focus')) : { x: 0.5, y: 0.5 } };
}

function parseFocus({ x, y }: Focus, place: Place) {
  return { x: parseNumber(x, at(place, 'x'), FOCUS) / 100, y: parseNumber(y, at(place, 'y'), FOCUS) / 100 };
}

/** Whether its size is weighed against its looks. */
export function hasQuality({ kind }: OutputFormat): boolean {
  return kind === 'mp4' || kind === 'webm' || kind === 'hls';
}

function parseQuality(wire: WireQuality, place: Place, format: OutputFormat): Quality {
  const quality = parseEnum(wire, place, QUALITIES);
  const isAv1 = format.kind === 'mp4' && format.videoCodec === 'AV1';
  if (wire !== WireQuality.QUALITY_UNSPECIFIED && !hasQuality(format))
    refuse(place, `must not be set for ${format.kind}`);
  else if (quality === 'LOSSLESS' && format.kind === 'hls')
    refuse(place, 'must not be QUALITY_LOSSLESS for hls: players of streams do not play it');
  else if (quality === 'LOSSLESS' && isAv1) refuse(place, 'must not be QUALITY_LOSSLESS for AV1');
  return quality;
}

function parseMaxSize(
  { maxSizeBytes, quality }: WireOutput,
  place: Place,
  { kind }: OutputFormat,
): OutputSpec['maxSize'] {
  if (maxSizeBytes === 0n) return null;
  if (kind !== 'mp4' && kind !== 'webm') refuse(place, `must not be set for ${kind}`);
  else if (quality === WireQuality.QUALITY_LOSSLESS) refuse(place, 'must not be set with QUALITY_LOSSLESS');
  else if (maxSizeBytes < MAX_SIZE.min || maxSizeBytes > MAX_SIZE.max)
    refuse(place, `must be ${MAX_SIZE.min} to ${MAX_SIZE.max} bytes`);
  return { bytes: Number(maxSizeBytes), field: place.field };
}

function parseSpriteSheet(wire: WireSheet, place: Place, { kind }: OutputFormat): SpriteSheet {
  if (kind === 'gif' || kind === 'audio') refuse(place, `must not be set for ${kind}`);
  const intervalUs = wire.interval ? parseDurationUs(wire.interval, at(place, 'interval'), SPRITE_INTERVAL) : null;
  const width = wire.width === 0 ? SPRITE_WIDTH.default : wire.width;
  if (width % 2 !== 0 || width < SPRITE_WIDTH.min || width > SPRITE_WIDTH.max)
    refuse(at(place, 'width'), `must be an even number from ${SPRITE_WIDTH.min} to ${SPRITE_WIDTH.max}`);
  return { intervalUs: intervalUs ?? SPRITE_INTERVAL.defaultUs, width };
}

function parseCaptions(wire: Captions, place: Place, { kind }: OutputFormat): CaptionMode {
  const captions = parseEnum(wire, place, CAPTION_MODES);
  if (kind === 'audio' && wire !== Captions.CAPTIONS_UNSPECIFIED) refuse(place, 'must not be set for audio');
  else if (kind === 'gif' && captions === 'SOFT') refuse(place, 'must not be CAPTIONS_SOFT for gif');
  return captions;
}

function parseRange({ start, end }: WireRange, place: Place): TimeRange {
  const startUs = start ? parseDurationUs(start, at(place, 'start'), RANGE_TIME) : 0;
  const endUs = end ? parseDurationUs(end, at(place, 'end'), RANGE_TIME) : null;
  if (startUs !== null && endUs !== null && endUs <= startUs) refuse(at(place, 'end'), 'must be after start');
  return { startUs: startUs ?? 0, endUs, field: place.field };
}
