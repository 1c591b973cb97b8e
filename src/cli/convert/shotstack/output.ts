import type { TimeRange } from '../../../../generated/cutroom/v1/output_spec.js';
import {
  AudioFile_Format,
  Mp4_StreamCopy,
  Mp4_VideoCodec,
  OutputSpec,
  Quality,
  Thumbnails,
} from '../../../../generated/cutroom/v1/output_spec.js';
import { type Frame, possibleSize } from '../canvas.js';
import type { Source } from '../reader.js';
import type { Report } from '../report.js';
import { durationOf, VIDEO_TIME } from '../time.js';

interface Preset {
  readonly long: number;
  readonly short: number;
  readonly rate: number;
}

const RESOLUTIONS: Readonly<Record<string, Preset>> = {
  preview: { long: 512, short: 288, rate: 15 },
  mobile: { long: 640, short: 360, rate: 25 },
  sd: { long: 1024, short: 576, rate: 25 },
  hd: { long: 1280, short: 720, rate: 25 },
  '1080': { long: 1920, short: 1080, rate: 25 },
  '4k': { long: 3840, short: 2160, rate: 25 },
};

const HD: Preset = { long: 1280, short: 720, rate: 25 };

/** The size of a preset in an aspect ratio. */
const ASPECTS: Readonly<Record<string, (preset: Preset) => readonly [number, number]>> = {
  '16:9': ({ long, short }) => [long, short],
  '9:16': ({ long, short }) => [short, long],
  '1:1': ({ short }) => [short, short],
  '4:5': ({ short }) => [2 * Math.round((short * 4) / 10), short],
  '4:3': ({ short }) => [2 * Math.round((short * 4) / 6), short],
};

/** The frame that `output` asks for. */
export function frameOf(output: Source, report: Report): Frame {
  const preset = output.word('resolution', RESOLUTIONS) ?? HD;
  const [presetWidth, presetHeight] = (output.word('aspectRatio', ASPECTS) ?? ASPECTS['16:9'])?.(preset) ?? [1280, 720];
  const size = output.object('size');
  const rate = output.number('fps', { min: 1, max: 120 }) ?? preset.rate;
  const [width, height] = [size?.number('width') ?? presetWidth, size?.number('height') ?? presetHeight];
  return { ...possibleSize(width, height, report, 'output.size'), rate };
}

const QUALITIES: Readonly<Record<string, Quality>> = {
  verylow: Quality.QUALITY_LOW,
  low: Quality.QUALITY_LOW,
  medium: Quality.QUALITY_MEDIUM,
  high: Quality.QUALITY_HIGH,
  veryhigh: Quality.QUALITY_HIGH,
};

/** The outputs that `output` asks for; none for an MP4 with nothing to say about it, which is what a spec without outputs makes. */
export function outputsOf(output: Source): OutputSpec[] {
  const kind = kindOf(output);
  const isVideo = kind.$case === 'mp4';
  const shortSide = output.word('scaleTo', RESOLUTIONS)?.short ?? 0;
  const quality = output.word('quality', QUALITIES) ?? Quality.QUALITY_UNSPECIFIED;
  const thumbnails = thumbnailsOf(output);
  const range = rangeOf(output);
  output.objects('destinations').forEach((destination) => {
    destination.leaveOut('has no counterpart: files are in the storage of the server; it is left out');
  });
  const spec = OutputSpec.fromPartial({
    kind,
    shortSide: kind.$case === 'audio' ? 0 : shortSide,
    quality: isVideo ? quality : Quality.QUALITY_UNSPECIFIED,
    range,
    thumbnails: isVideo ? thumbnails : undefined,
  });
  if (!isVideo && thumbnails) output.warn('poster', 'has no counterpart for this format; it is left out');
  if (!isVideo && quality !== Quality.QUALITY_UNSPECIFIED)
    output.warn('quality', 'has no counterpart for this format; it is left out');
  const isDefault = isVideo && spec.shortSide === 0 && isPlain(spec.quality) && !range && !thumbnails;
  return isDefault ? [] : [spec];
}

function isPlain(quality: Quality): boolean {
  return quality === Quality.QUALITY_UNSPECIFIED || quality === Quality.QUALITY_MEDIUM;
}

type Kind = NonNullable<OutputSpec['kind']>;

function kindOf(output: Source): Kind {
  const format = output.text('format') ?? 'mp4';
  switch (format) {
    case 'gif':
      return { $case: 'gif', value: { playOnce: output.flag('repeat') === false } };
    case 'mp3':
      return { $case: 'audio', value: { format: AudioFile_Format.FORMAT_MP3 } };
    case 'mp4':
      output.ignore('repeat');
      break;
    default:
      output.warn('format', `“${format}” has no counterpart; the output is an MP4`);
  }
  return {
    $case: 'mp4',
    value: { videoCodec: Mp4_VideoCodec.VIDEO_CODEC_UNSPECIFIED, streamCopy: Mp4_StreamCopy.STREAM_COPY_UNSPECIFIED },
  };
}

function rangeOf(output: Source): TimeRange | undefined {
  const range = output.object('range');
  if (!range) return undefined;
  const [startNs, lengthNs] = [range.time('start', VIDEO_TIME) ?? 0n, range.time('length', VIDEO_TIME) ?? 0n];
  if (startNs === 0n && lengthNs === 0n) return undefined;
  return {
    start: startNs === 0n ? undefined : durationOf(startNs),
    end: lengthNs === 0n ? undefined : durationOf(startNs + lengthNs),
  };
}

/** Poster and thumbnail are stills here. */
function thumbnailsOf(output: Source): Thumbnails | undefined {
  const poster = output.object('poster')?.time('capture', VIDEO_TIME);
  const thumbnail = output.object('thumbnail');
  const second = thumbnail?.time('capture', VIDEO_TIME);
  const times = [poster, second].filter((time) => time !== undefined);
  const unique = [...new Set(times)].sort((a, b) => Number(a - b));
  return unique.length === 0 ? undefined : Thumbnails.fromPartial({ times: unique.map(durationOf) });
}
