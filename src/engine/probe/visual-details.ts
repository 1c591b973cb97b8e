import { SAMPLE_RATE } from '../../composition/composition.js';
import { LEAST_GAP } from '../audio/find-gaps.js';
import { STANDING_US, type InputColor, type UnevenFrames, type VisualDetails } from './media-details.js';
import { RAW_FORMATS, seekingIn } from './seeking.js';
import {
  isOnGrid,
  JUMPING_FORMATS,
  pictureTimes,
  presentUsOf,
  standsLonger,
  type PictureTime,
} from './packet-times.js';
import { microseconds, rational, type ProbeJson, type ProbePacket, type ProbeStream } from './probe-json.js';
import { claimedUsOf, CLAIM_SLACK_US, nominalPictureUs, videoLength, type VideoLength } from './video-length.js';

/** Orders of fields, as ffprobe names them. */
const INTERLACED = new Set(['tt', 'bb', 'tb', 'bt']);

const MICROSECONDS = { num: 1, den: 1_000_000 };

const ALPHA_FORMATS = /^(?:yuva|rgba|bgra|argb|abgr|gbrap|ya8|ya16|pal8|ayuv)/;
const RGB_FORMATS = /^(?:rgb|bgr|argb|abgr|0rgb|0bgr|gbr|pal8|x2rgb|x2bgr|mono)/;

/** How far the packets of a file were read. */
export type ReadExtent =
  /** Until a time of the file. */
  | { readonly kind: 'until'; readonly us: number }
  /** All of them. `isWhole`: the file was found not to be cut off. */
  | { readonly kind: 'all'; readonly isWhole: boolean };

/**
 * The frame of an input.
 * @param stream one of `json`'s, which has a size.
 */
export function visualDetailsOf(json: ProbeJson, stream: SizedStream, extent: ReadExtent): VisualDetails {
  const packets = (json.packets ?? []).filter((packet) => packet.stream_index === stream.index);
  const format = json.format?.format_name ?? '';
  const times = pictureTimes(packets, format, nominalPictureUs(stream));
  const { pictures, hasJumps } = times;
  const since = (text: string | undefined) => Math.max(0, times.startUs - (microseconds(text) ?? times.startUs));
  const startUs = since(json.format?.start_time);
  const readUs = presentUsOf(pictures);
  const claimedUs = claimedUsOf(json, stream, startUs);
  const end = endOf(claimedUs, readUs, extent);
  const length = videoLength(json, stream, { startUs, presentUs: readUs, hasJumps, ...end });
  const image = isImage(claimedUs, packets, length);
  const rates = [stream.avg_frame_rate, stream.r_frame_rate].flatMap((text) => rational(text) ?? []);
  const uneven = unevenFrames(pictures, format, lastFrameUs(pictures, extent) + length.holdUs);
  return {
    facts: image
      ? { kind: 'image' }
      : { kind: 'video', durationUs: length.durationUs, soundBeforeUs: soundBeforeUs(startUs) },
    streamIndex: stream.index,
    codec: stream.codec_name,
    width: stream.width,
    height: stream.height,
    frameRate: image ? null : (rates[0] ?? null),
    gridRate: image || uneven ? null : (rates.find((rate) => isOnGrid(pictures, rate)) ?? null),
    hasAlpha:
      ALPHA_FORMATS.test(stream.pix_fmt ?? '') || stream.tags?.alpha_mode === '1' || stream.tags?.ALPHA_MODE === '1',
    interlaced: !image && INTERLACED.has(stream.field_order ?? ''),
    color: colorOf(stream),
    startUs,
    countedStartUs: since((JUMPING_FORMATS.has(format) ? stream : json.format)?.start_time),
    timeBase: rational(stream.time_base) ?? MICROSECONDS,
    seeking: seekingIn(format, stream.codec_name, hasJumps),
    presentUs: readUs + length.holdUs,
    uneven,
  };
}

/** Within the tolerance of sound's own start, which is the encoder's: see `findGaps`. */
function soundBeforeUs(startUs: number): number {
  return (startUs * SAMPLE_RATE) / 1e6 < LEAST_GAP ? 0 : startUs;
}

/** A stream whose frames have a size. */
export type SizedStream = ProbeStream & {
  readonly width: number;
  readonly height: number;
  readonly codec_name: string;
};

/** A reading that ended before the time it was to reach, about where the claim says, has reached the end of the file. */
function endOf(claimedUs: number | null, presentUs: number, extent: ReadExtent) {
  if (extent.kind === 'all') return { toEnd: true, isWhole: extent.isWhole };
  const toEnd = presentUs < extent.us && claimedUs !== null && claimedUs - presentUs <= CLAIM_SLACK_US;
  return { toEnd, isWhole: false };
}

function unevenFrames(pictures: readonly PictureTime[], format: string, lastFrameUs: number): UnevenFrames | null {
  const isRaw = RAW_FORMATS.has(format);
  if (!isRaw && lastFrameUs <= STANDING_US && !standsLonger(pictures, STANDING_US)) return null;
  return { lastFrameUs };
}

function lastFrameUs(pictures: readonly PictureTime[], extent: ReadExtent): number {
  return extent.kind === 'all' ? (pictures.at(-1)?.durationUs ?? 0) : 0;
}

/** A single frame that is to be shown for longer than this is a video, whose length counts. */
const LONGEST_IMAGE_US = 1_000_000;

/** An image is what has one frame and claims no more; a file cut off after its first frame claims more. */
function isImage(claimedUs: number | null, packets: readonly ProbePacket[], { holdUs }: VideoLength): boolean {
  if (packets.length !== 1 || holdUs > 0) return false;
  const pictureUs = microseconds(packets[0]?.duration_time) ?? 0;
  return pictureUs <= LONGEST_IMAGE_US && (claimedUs ?? 0) <= Math.max(pictureUs, 1) * 1.5;
}

function colorOf(stream: ProbeStream): InputColor {
  const format = stream.pix_fmt ?? '';
  const common = { transfer: transferOf(stream), primaries: primariesOf(stream) };
  if (RGB_FORMATS.test(format)) return { matrix: null, range: 'pc', ...common };
  const range = stream.color_range === 'pc' || format.startsWith('yuvj') ? 'pc' : 'tv';
  return { matrix: matrixOf(stream), range, ...common };
}

function transferOf({ color_transfer: transfer }: ProbeStream): InputColor['transfer'] {
  if (transfer === 'smpte2084') return 'pq';
  return transfer === 'arib-std-b67' ? 'hlg' : 'sdr';
}

/** The small differences between BT.601's primaries and BT.709's are left alone, as players do. */
function primariesOf({ color_primaries: primaries }: ProbeStream): InputColor['primaries'] {
  if (primaries === 'bt2020') return 'bt2020';
  return primaries === 'smpte432' ? 'p3' : 'bt709';
}

function matrixOf(stream: ProbeStream): InputColor['matrix'] {
  switch (stream.color_space) {
    case 'bt709':
      return 'bt709';
    case 'smpte170m':
    case 'bt470bg':
      return 'bt601';
    case 'bt2020nc':
    case 'bt2020c':
      return 'bt2020';
    case 'fcc':
    case 'smpte240m':
      return stream.color_space;
    case undefined:
    default:
      // SD was BT.601, and HD is not.
      return Math.min(stream.width ?? 0, stream.height ?? 0) < 720 ? 'bt601' : 'bt709';
  }
}
