import { RenderError } from '../../task/failure.js';
import { MAX_PIXELS } from '../limits.js';
import type { ToolContext } from '../process/run-tool.js';
import { codecNameOf, isDecodable } from './decodable.js';
import type { VisualDetails } from './media-details.js';
import { microseconds, type ProbeJson, type ProbeStream } from './probe-json.js';
import { probe, probeWithErrors, tooManyPixels, type ProbeTarget } from './run-probe.js';
import { claimedUsOf, CLAIM_SLACK_US } from './video-length.js';
import { visualDetailsOf, type SizedStream } from './visual-details.js';

const STREAM_ENTRIES =
  'stream=index,codec_name,codec_type,codec_tag_string,width,height,pix_fmt,sample_aspect_ratio,color_space,color_range,color_transfer,color_primaries,' +
  'field_order,avg_frame_rate,r_frame_rate,time_base,start_time,duration:stream_tags=DURATION,alpha_mode,ALPHA_MODE:format=format_name,duration,start_time,nb_streams';
const PACKET_ENTRIES = 'packet=stream_index,pts_time,dts_time,duration_time,flags';
/** Read beyond what is needed, so that a frame that begins before the end is seen whole. */
const READ_MARGIN_US = 1_000_000;
/** What demuxers say of a file that is cut off. */
const CUT_OFF = /ended prematurely|partial file|[Tt]runcated/;
/** Containers whose demuxer says so whenever it is. */
const TELLING_FORMATS = /^matroska/;
/** So far before its claimed end a file's audio is looked for. */
const TAIL_US = 5_000_000;

/**
 * Reads the frame of a file, from its first video stream that can be decoded and is no cover art, and its packets as far as `neededUs`: what a file claims to
 * hold is not always in it. Where that is not found, all of the file is read before it is called too short: frames may be hidden by an edit list, stand
 * for seconds, or lie behind a jump of the clock.
 * @throws RenderError INPUT_EMPTY, INPUT_NOT_MEDIA, INPUT_NOT_SUPPORTED, INPUT_NO_VIDEO, INPUT_TRUNCATED or INPUT_TOO_LARGE with the target's field.
 */
export async function probeVisual(context: ToolContext, target: ProbeTarget, neededUs: number): Promise<VisualDetails> {
  const readUs = neededUs + READ_MARGIN_US;
  const near = await readPackets(context, target, ['-read_intervals', `%+${(readUs / 1e6).toFixed(6)}`]);
  const stream = chooseStream(near.json, context, target.field);
  if (stream.width * stream.height > MAX_PIXELS) throw tooManyPixels(target.field);
  const details = visualDetailsOf(near.json, stream, { kind: 'until', us: readUs });
  if (isEnough(details, near.json, stream, neededUs)) return details;
  const all = await readPackets(context, target, []);
  if (!hasPackets(all.json, stream)) {
    throw new RenderError('INPUT_TRUNCATED', 'this file is cut off before its first frame', { field: target.field });
  }
  const isWhole = await isFileWhole(context, target, { ...all, stream, startUs: details.startUs });
  return visualDetailsOf(all.json, stream, { kind: 'all', isWhole });
}

interface Read {
  readonly json: ProbeJson;
  readonly errors: string;
}

async function readPackets(context: ToolContext, target: ProbeTarget, interval: readonly string[]): Promise<Read> {
  const entries = `${STREAM_ENTRIES}:${PACKET_ENTRIES}`;
  return probeWithErrors(context, target, ['-select_streams', 'V', '-show_entries', entries, ...interval]);
}

function chooseStream({ streams = [] }: ProbeJson, context: ToolContext, field: string): SizedStream {
  if (streams.length === 0) throw new RenderError('INPUT_NO_VIDEO', 'this file has no video or image', { field });
  const stream = streams.find((candidate) => isDecodable(candidate, context) && hasSize(candidate));
  if (stream && hasSize(stream)) return stream;
  const undecodable = streams.filter((candidate) => !isDecodable(candidate, context));
  if (undecodable.length === 0) {
    throw new RenderError('INPUT_NOT_MEDIA', 'the video of this file cannot be read', { field });
  }
  const names = [...new Set(undecodable.map(codecNameOf))].join(', ');
  const message = `the video of this file (${names}) cannot be decoded here; convert it to H.264`;
  throw new RenderError('INPUT_NOT_SUPPORTED', message, { field });
}

function hasSize(stream: ProbeStream): stream is SizedStream {
  return (stream.width ?? 0) > 0 && (stream.height ?? 0) > 0 && stream.codec_name !== undefined;
}

function hasPackets({ packets = [] }: ProbeJson, { index }: ProbeStream): boolean {
  return packets.some((packet) => packet.stream_index === index);
}

/** Whether what is needed was found, or the file claims no more than what was found. */
function isEnough(
  { presentUs, startUs }: VisualDetails,
  json: ProbeJson,
  stream: SizedStream,
  neededUs: number,
): boolean {
  if (!hasPackets(json, stream)) return false;
  if (presentUs >= neededUs) return true;
  const claimedUs = claimedUsOf(json, stream, startUs);
  return claimedUs !== null && Math.abs(claimedUs - presentUs) <= CLAIM_SLACK_US;
}

/** Whether a file that was read to its end is not cut off, as far as that shows: by its structure, or by audio that reaches its claimed end. */
async function isFileWhole(
  context: ToolContext,
  target: ProbeTarget,
  { json, errors, stream, startUs }: Read & { readonly stream: SizedStream; readonly startUs: number },
): Promise<boolean> {
  if (CUT_OFF.test(errors)) return false;
  const { format_name: name = '', nb_streams: streams = 1 } = json.format ?? {};
  if (TELLING_FORMATS.test(name)) return true;
  const claimedUs = claimedUsOf(json, stream, startUs);
  if (streams === 1 || claimedUs === null) return false;
  const endUs = (microseconds(json.format?.start_time) ?? 0) + startUs + claimedUs;
  const interval = `${(Math.max(0, endUs - TAIL_US) / 1e6).toFixed(6)}%+${(TAIL_US / 5e5).toFixed(0)}`;
  const options = [
    '-select_streams',
    'a',
    '-show_entries',
    'packet=pts_time,duration_time',
    '-read_intervals',
    interval,
  ];
  const tail = await probe(context, target, options);
  return (tail.packets ?? []).some((packet) => {
    const atUs = microseconds(packet.pts_time);
    return atUs !== null && atUs + (microseconds(packet.duration_time) ?? 0) >= endUs - CLAIM_SLACK_US;
  });
}
