import { cropOf, type HlsFormat, type OutputSpec, sizeOf, type Size } from '../../composition/output-spec.js';
import { Captions, Quality, type OutputSpec as WireOutput } from '../../../generated/cutroom/v1/output_spec.js';
import { printDuration } from '../print-duration.js';
import { namedDefault } from './fields.js';
import { AUDIO_FORMATS, CAPTION_MODES, hasQuality, QUALITIES, STREAM_COPIES, VIDEO_CODECS } from './parse-outputs.js';
import { THUMBNAIL_FORMATS } from './parse-thumbnails.js';

/** The outputs of a valid spec with every default written out. @param parsed the same outputs, read. @param picture the size of the video's frame. */
export function fillOutputs(
  outputs: readonly WireOutput[],
  parsed: readonly OutputSpec[],
  picture: Size,
): WireOutput[] {
  return outputs.flatMap((wire, i) => {
    const known = parsed[i];
    return known ? [fillOutput(wire, known, picture)] : [];
  });
}

function fillOutput(
  wire: WireOutput,
  { key, format, crop, shortSide, spriteSheet, thumbnails }: OutputSpec,
  picture: Size,
): WireOutput {
  const shown = crop ? cropOf(picture, crop) : picture;
  return {
    key,
    kind: format.kind === 'hls' ? fillHls(format) : fillKind(wire.kind),
    shortSide:
      format.kind === 'audio' || format.kind === 'hls' ? 0 : (shortSide ?? Math.min(shown.width, shown.height)),
    aspectRatio: wire.aspectRatio,
    focus: crop ? { x: crop.focus.x * 100, y: crop.focus.y * 100 } : undefined,
    quality: hasQuality(format) ? wire.quality || namedDefault(QUALITIES) : Quality.QUALITY_UNSPECIFIED,
    maxSizeBytes: wire.maxSizeBytes,
    thumbnails: wire.thumbnails
      ? {
          ...wire.thumbnails,
          format: wire.thumbnails.format || namedDefault(THUMBNAIL_FORMATS),
          width: thumbnails?.width ?? sizeOf({ format, shortSide }, shown).width,
        }
      : undefined,
    captions: format.kind === 'audio' ? Captions.CAPTIONS_UNSPECIFIED : wire.captions || namedDefault(CAPTION_MODES),
    spriteSheet: spriteSheet
      ? { interval: printDuration(spriteSheet.intervalUs), width: spriteSheet.width }
      : undefined,
    destination: wire.destination,
    range: wire.range ? { ...wire.range, start: wire.range.start ?? printDuration(0) } : undefined,
  };
}

function fillKind(kind: WireOutput['kind']): WireOutput['kind'] {
  switch (kind?.$case) {
    case 'mp4':
      return {
        ...kind,
        value: {
          videoCodec: kind.value.videoCodec || namedDefault(VIDEO_CODECS),
          streamCopy: kind.value.streamCopy || namedDefault(STREAM_COPIES),
        },
      };
    case 'audio':
      return { ...kind, value: { format: kind.value.format || namedDefault(AUDIO_FORMATS) } };
    case 'webm':
    case 'gif':
    case 'mov':
    case 'hls':
    case undefined:
      return kind;
  }
}

function fillHls({ shortSides, segmentUs }: HlsFormat): WireOutput['kind'] {
  return { $case: 'hls', value: { shortSides: [...shortSides], segment: printDuration(segmentUs) } };
}
