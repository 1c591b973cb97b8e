import type { Destination } from './destination.js';

/** A file that is to be made of each composition: checked, defaults filled. */
export interface OutputSpec {
  /** Name of the file; with several compositions their number comes before its extension. */
  readonly key: string;
  /** Whether also a single composition's file is numbered. */
  readonly isNumbered: boolean;
  readonly format: OutputFormat;
  /** The codec of the request that decides the encoder. */
  readonly codecField: string;
  /** In pixels; null: that of the picture. */
  readonly shortSide: number | null;
  /** The cut from the picture; null: all of it. */
  readonly crop: { readonly shape: Size; readonly focus: Point } | null;
  readonly quality: Quality;
  /** Null: all of the video. */
  readonly range: TimeRange | null;
  /** Null: no limit. */
  readonly maxSize: SizeLimit | null;
  /** Null: none. */
  readonly spriteSheet: SpriteSheet | null;
  readonly captions: CaptionMode;
  /** Null: none. */
  readonly thumbnails: Thumbnails | null;
  /** Whether frames that are in an input as they are needed are copied, and not encoded again. */
  readonly streamCopy: boolean;
  /** Absent: none. */
  readonly destination?: Destination;
}

/** Stills of a video. */
export interface Thumbnails {
  /** Evenly spaced, or at times from the start of the file, in order. */
  readonly at: number | readonly ThumbnailTime[];
  readonly format: ThumbnailFormat;
  /** Even; null: that of the output. */
  readonly width: number | null;
  /** The field of the request that decides the encoder. */
  readonly formatField: string;
}

export interface ThumbnailTime {
  readonly us: number;
  /** The field of the request. */
  readonly field: string;
}

export type ThumbnailFormat = 'JPEG' | 'PNG' | 'WEBP';

/** The encoders of stills. */
export const THUMBNAIL_ENCODERS: Readonly<Record<ThumbnailFormat, string>> = {
  JPEG: 'mjpeg',
  PNG: 'png',
  WEBP: 'libwebp',
};

/** Encoders that a field of the request asks for. */
export interface EncoderNeed {
  readonly field: string;
  readonly encoders: readonly string[];
}

/** Encoders that an output needs. */
export function encoderNeeds({ format, codecField, thumbnails }: OutputSpec): EncoderNeed[] {
  const file = { field: codecField, encoders: encodersOf(format) };
  if (!thumbnails) return [file];
  return [file, { field: thumbnails.formatField, encoders: [THUMBNAIL_ENCODERS[thumbnails.format]] }];
}

/** Drawn into the picture, a track of the file, files beside it, or left out. */
export type CaptionMode = 'BURNED' | 'SOFT' | 'SIDECAR' | 'NONE';

/** Small pictures of the video, one for each interval. */
export interface SpriteSheet {
  readonly intervalUs: number;
  /** Of a picture, even. */
  readonly width: number;
}

export type OutputFormat =
  | { readonly kind: 'mp4'; readonly videoCodec: 'H264' | 'HEVC' | 'AV1' }
  | { readonly kind: 'webm'; readonly alpha?: boolean }
  /** ProRes 422 HQ; with alpha ProRes 4444. */
  | { readonly kind: 'mov'; readonly alpha?: boolean }
  | { readonly kind: 'gif'; readonly playOnce: boolean }
  | { readonly kind: 'audio'; readonly format: 'M4A' | 'MP3' | 'WAV' | 'FLAC' }
  | HlsFormat;

/** A stream in several sizes. */
export interface HlsFormat {
  readonly kind: 'hls';
  /** Short sides in pixels, all different, the largest first. */
  readonly shortSides: readonly number[];
  readonly segmentUs: number;
}

export type Quality = 'DRAFT' | 'LOW' | 'MEDIUM' | 'HIGH' | 'LOSSLESS';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Shares of width and height, 0 to 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface TimeRange {
  readonly startUs: number;
  /** Null: the end of the video. */
  readonly endUs: number | null;
  /** The field of the request. */
  readonly field: string;
}

export interface SizeLimit {
  readonly bytes: number;
  /** The field of the request. */
  readonly field: string;
}

/** The encoders of ffmpeg that each format needs. */
export function encodersOf(format: OutputFormat): readonly string[] {
  switch (format.kind) {
    case 'mp4':
      return [VIDEO_ENCODERS[format.videoCodec], 'aac'];
    case 'webm':
      return ['libvpx-vp9', 'libopus'];
    case 'mov':
      return ['prores_ks', 'pcm_s24le'];
    case 'gif':
      return ['gif'];
    case 'audio':
      return [AUDIO_ENCODERS[format.format]];
    case 'hls':
      return ['libx264', 'aac'];
  }
}

const VIDEO_ENCODERS = { H264: 'libx264', HEVC: 'libx265', AV1: 'libsvtav1' } as const;
const AUDIO_ENCODERS = { M4A: 'aac', MP3: 'libmp3lame', WAV: 'pcm_s16le', FLAC: 'flac' } as const;

/** The extension of a format's files, with its dot. */
export function extensionOf(format: OutputFormat): string {
  switch (format.kind) {
    case 'audio':
      return `.${format.format.toLowerCase()}`;
    case 'hls':
      return '.m3u8';
    case 'mp4':
    case 'webm':
    case 'mov':
    case 'gif':
      return `.${format.kind}`;
  }
}

/** One MP4: what is made where nothing else is asked for. */
export const DEFAULT_OUTPUTS: readonly OutputSpec[] = [
  {
    key: 'final.mp4',
    isNumbered: true,
    format: { kind: 'mp4', videoCodec: 'H264' },
    codecField: '',
    shortSide: null,
    crop: null,
    quality: 'MEDIUM',
    range: null,
    maxSize: null,
    spriteSheet: null,
    captions: 'BURNED',
    thumbnails: null,
    streamCopy: false,
  },
];

/** The name of the file that an output makes of one composition. @param composition its number, from 0. */
export function fileNameOf(
  { key, isNumbered }: Pick<OutputSpec, 'key' | 'isNumbered'>,
  composition: number,
  compositions: number,
): string {
  if (compositions === 1 && !isNumbered) return key;
  const dot = key.lastIndexOf('.');
  return `${key.slice(0, dot)}-${composition + 1}${key.slice(dot)}`;
}

/** A rectangle of pixels. */
export interface Crop extends Size {
  readonly left: number;
  readonly top: number;
}

/** The largest part of a picture that has the shape, about the focus. All sides are even, since colours are stored for two pixels by two. */
export function cropOf(picture: Size, { shape, focus }: { readonly shape: Size; readonly focus: Point }): Crop {
  const ratio = shape.width / shape.height;
  const width = Math.min(picture.width, even(picture.height * ratio));
  const height = Math.min(picture.height, even(picture.width / ratio));
  const start = (whole: number, part: number, share: number) =>
    even(Math.min(whole - part, Math.max(0, share * whole - part / 2)));
  return {
    width,
    height,
    left: start(picture.width, width, focus.x),
    top: start(picture.height, height, focus.y),
  };
}

/** The size of a picture whose short side gets this length. */
export function scaledTo({ width, height }: Size, shortSide: number): Size {
  const factor = shortSide / Math.min(width, height);
  return { width: even(width * factor), height: even(height * factor) };
}

/** The size of an output's largest pictures. @param picture what it is made of. */
export function sizeOf({ format, shortSide }: Pick<OutputSpec, 'format' | 'shortSide'>, picture: Size): Size {
  const side = format.kind === 'hls' ? (format.shortSides[0] ?? null) : shortSide;
  return side === null ? picture : scaledTo(picture, side);
}

function even(pixels: number): number {
  return 2 * Math.round(pixels / 2);
}
