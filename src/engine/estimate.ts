import type { Composition, VisualClip } from '../composition/composition.js';
import { SAMPLE_RATE, visualClips } from '../composition/composition.js';
import type { OutputFormat, OutputSpec, Quality } from '../composition/output-spec.js';
import type { LocatedVisual } from './compositor/render-plan.js';
import { shownClips } from './compositor/section.js';
import type { Pass, PlannedOutput } from './outputs/plan-passes.js';

/**
 * Processor time in nanoseconds for each pixel of each frame: measured with 4 s of a moving fractal at 1280×720 on 2 virtual cores (AMD EPYC), ffmpeg 5.1.9, November
 * 2026; other content takes half to twice of it, and strong grain more. A clip in a box is scaled, turned and blended in RGB.
 */
const DECODED_NS = 4;
const FITTED_NS = 2;
const PLACED_NS = 36;
const TURNED_NS = 74;
const BACKGROUND_NS = 3;
/** Frames in the formats of all encoders, the poster and previews. */
const FINISHED_NS = 3;
const H264_NS: Readonly<Record<Quality, number>> = { DRAFT: 6, LOW: 15, MEDIUM: 18, HIGH: 52, LOSSLESS: 30 };
/** How much more an encoder takes at other qualities, by those of H.264. */
const FORMAT_NS: Readonly<Record<OutputFormat['kind'], number>> = {
  mp4: H264_NS.MEDIUM,
  hls: H264_NS.MEDIUM,
  webm: 108,
  mov: 115,
  gif: 48,
  audio: 0,
};
const CODEC_NS = { H264: H264_NS.MEDIUM, HEVC: 49, AV1: 88 } as const;

/** A command of a section: its start, and the check of the file. */
const COMMAND_US = 300_000;
/** A second of sound of an output, which is also checked; of a clip, which is decoded and mixed. */
const SOUND_US = { output: 20_000, clip: 15_000 } as const;

/** The processor time of the commands that make these passes, in microseconds: a sum of costs per pixel, second and command. Pure. */
export function estimateCpuUs(passes: readonly Pass[], visuals: ReadonlyMap<string, LocatedVisual>): number {
  return Math.round(passes.reduce((sum, pass) => sum + passUs(pass, visuals), 0));
}

function passUs({ composition, range, sections, outputs }: Pass, visuals: ReadonlyMap<string, LocatedVisual>): number {
  const { width, height, audio } = composition;
  const hasPictures = sections.length > 0;
  const pictureNs = hasPictures
    ? width * height * range.frames * (BACKGROUND_NS + FINISHED_NS) +
      sum(
        shownClips(visualClips(composition), range),
        ({ clip, frames }) => frames * clipNs(clip, composition, visuals),
      )
    : 0;
  const soundUs = sum(audio, ({ samples }) => (samples / SAMPLE_RATE) * SOUND_US.clip);
  return pictureNs / 1000 + soundUs + sections.length * COMMAND_US + sum(outputs, outputUs);
}

/** Of one frame of the output. */
function clipNs(
  { asset, source, speed, frozen, placement, frames }: VisualClip,
  { width, height, frameRate }: Composition,
  visuals: ReadonlyMap<string, LocatedVisual>,
): number {
  const details = visuals.get(asset.uri)?.details;
  const pixels = details ? details.width * details.height : 0;
  const rate = details?.frameRate
    ? (details.frameRate.num * frameRate.den) / (details.frameRate.den * frameRate.num)
    : 1;
  // An image, and a frame that stands, are read once.
  const decodedFrames = source === 'image' || frozen ? 1 / frames : speed * rate;
  const layNs = !placement ? FITTED_NS : placement.rotation === 0 ? PLACED_NS : TURNED_NS;
  const boxPixels = placement ? placement.width * placement.height : width * height;
  return pixels * decodedFrames * DECODED_NS + Math.min(boxPixels, 4 * width * height) * layNs;
}

function outputUs({ spec, encodings, content }: PlannedOutput): number {
  const pixels = sum(
    encodings,
    (encoding) => encoding.content.width * encoding.content.height * encoding.content.frames,
  );
  return (pixels * encoderNs(spec)) / 1000 + (content.samples / SAMPLE_RATE) * SOUND_US.output;
}

function encoderNs({ format, quality }: OutputSpec): number {
  const byCodec = format.kind === 'mp4' ? CODEC_NS[format.videoCodec] : FORMAT_NS[format.kind];
  switch (format.kind) {
    case 'mp4':
    case 'hls':
    case 'webm':
      return (byCodec * H264_NS[quality]) / H264_NS.MEDIUM;
    case 'mov':
    case 'gif':
    case 'audio':
      // Of one quality.
      return byCodec;
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
