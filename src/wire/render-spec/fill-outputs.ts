import { cropOf, type OutputSpec, type Size } from '../../composition/output-spec.js';
import { Quality, type OutputSpec as WireOutput } from '../../../generated/cutroom/v1/output_spec.js';
import { printDuration } from '../print-duration.js';
import { namedDefault } from './fields.js';
import { AUDIO_FORMATS, QUALITIES, STREAM_COPIES, VIDEO_CODECS } from './parse-outputs.js';

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
  { key, format, crop, shortSide, spriteSheet }: OutputSpec,
  picture: Size,
): WireOutput {
  const shown = crop ? cropOf(picture, crop) : picture;
  const hasQuality = format.kind === 'mp4' || format.kind === 'webm';
  return {
    key,
    kind: fillKind(wire.kind),
    shortSide: format.kind === 'audio' ? 0 : (shortSide ?? Math.min(shown.width, shown.height)),
    aspectRatio: wire.aspectRatio,
    focus: crop ? { x: crop.focus.x * 100, y: crop.focus.y * 100 } : undefined,
    quality: hasQuality ? wire.quality || namedDefault(QUALITIES) : Quality.QUALITY_UNSPECIFIED,
    maxSizeBytes: wire.maxSizeBytes,
    spriteSheet: spriteSheet
      ? { interval: printDuration(spriteSheet.intervalUs), width: spriteSheet.width }
      : undefined,
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
    case undefined:
      return kind;
  }
}
