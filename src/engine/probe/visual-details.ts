import type { InputColor, VisualDetails } from './media-details.js';
import {
  durationTagUs,
  microseconds,
  rational,
  type ProbeJson,
  type ProbePacket,
  type ProbeStream,
} from './probe-json.js';

/** Orders of fields, as ffprobe names them. */
const INTERLACED = new Set(['tt', 'bb', 'tb', 'bt']);

/** How much longer than its pictures an intact file may say it is. */
const CLAIM_SLACK_US = 500_000;

const ALPHA_FORMATS = /^(?:yuva|rgba|bgra|argb|abgr|gbrap|ya8|ya16|pal8|ayuv)/;
const RGB_FORMATS = /^(?:rgb|bgr|argb|abgr|0rgb|0bgr|gbr|pal8|x2rgb|x2bgr|mono)/;

/**
 * The picture of an input, from its first video stream that is not cover art.
 * @param readUs how far packets were read; a file whose packets end before has been read to its end.
 * @returns null when it has none, or none with a size.
 */
export function visualDetailsOf(json: ProbeJson, readUs: number): VisualDetails | null {
  const stream = json.streams?.[0];
  if (!stream?.width || !stream.height || stream.codec_name === undefined) return null;
  const packets = (json.packets ?? []).filter((packet) => packet.stream_index === stream.index);
  const span = spanOf(packets);
  const still = isImage(json, stream, packets, readUs);
  const presentUs = span.endUs - span.startUs;
  return {
    facts: still ? { kind: 'image' } : { kind: 'video', durationUs: lengthUs(json, stream, presentUs, readUs) },
    streamIndex: stream.index,
    codec: stream.codec_name,
    width: stream.width,
    height: stream.height,
    frameRate: still ? null : (rational(stream.avg_frame_rate) ?? rational(stream.r_frame_rate)),
    hasAlpha:
      ALPHA_FORMATS.test(stream.pix_fmt ?? '') || stream.tags?.alpha_mode === '1' || stream.tags?.ALPHA_MODE === '1',
    interlaced: !still && INTERLACED.has(stream.field_order ?? ''),
    color: colorOf(stream),
    startUs: Math.max(0, span.startUs - (microseconds(json.format?.start_time) ?? span.startUs)),
    presentUs,
  };
}

function spanOf(packets: readonly ProbePacket[]): { startUs: number; endUs: number } {
  let startUs = Infinity;
  let endUs = -Infinity;
  for (const packet of packets) {
    // Packets that an edit list leaves out are decoded and not shown.
    if (packet.flags?.includes('D')) continue;
    const at = microseconds(packet.pts_time) ?? microseconds(packet.dts_time);
    if (at === null) continue;
    startUs = Math.min(startUs, at);
    endUs = Math.max(endUs, at + (microseconds(packet.duration_time) ?? 0));
  }
  return startUs === Infinity ? { startUs: 0, endUs: 0 } : { startUs, endUs };
}

/** An image is what has one picture and claims no more; a file cut off after its first picture claims more. */
function isImage(json: ProbeJson, stream: ProbeStream, packets: readonly ProbePacket[], readUs: number): boolean {
  if (packets.length !== 1) return false;
  const pictureUs = microseconds(packets[0]?.duration_time) ?? 0;
  const claimedUs = microseconds(stream.duration) ?? durationTagUs(stream) ?? microseconds(json.format?.duration) ?? 0;
  return pictureUs <= readUs && claimedUs <= Math.max(pictureUs, 1) * 1.5;
}

/**
 * What the stream claims, else what the file claims, which is about its longest stream. Where the pictures end a little before that, they
 * count; where they end long before, the file is cut off, and the claim stands so that a clip that needs more is refused.
 */
function lengthUs(json: ProbeJson, stream: ProbeStream, presentUs: number, readUs: number): number {
  const ofStreamUs = microseconds(stream.duration) ?? durationTagUs(stream);
  const claimedUs = ofStreamUs ?? microseconds(json.format?.duration);
  if (claimedUs === null) return presentUs;
  const readToEnd = presentUs < readUs;
  return readToEnd && claimedUs > presentUs && claimedUs - presentUs <= CLAIM_SLACK_US ? presentUs : claimedUs;
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
