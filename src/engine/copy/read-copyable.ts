import path from 'node:path';
import type { Rational } from '../../composition/frame-grid.js';
import type { LocatedVisual } from '../compositor/render-plan.js';
import { rational } from '../probe/probe-json.js';
import { probe } from '../probe/run-probe.js';
import type { ToolContext } from '../process/run-tool.js';
import { readOutline } from '../mp4/boxes.js';
import type { ParameterSets } from '../mp4/avc-configuration.js';
import type { CopyablePacket, CopyableVideo } from './copyable-video.js';
import { fileParameterSets } from '../mp4/file-parameter-sets.js';
import { scanUnits, type UnitPacket } from './scan-units.js';
import {
  isBt709,
  pictureParametersId,
  readSequenceParameters,
  type SequenceParameters,
} from '../mp4/sequence-parameters.js';

const ENTRIES =
  'stream=index,width,height,sample_aspect_ratio,field_order,avg_frame_rate,time_base:stream_side_data=side_data_type:' +
  'packet=pts,dts,pos,size,flags:packet_side_data=side_data_type:format=format_name,start_time';
/** Read beyond what is needed, for frames that are decoded before one that is shown earlier. */
const READ_MARGIN_US = 1_000_000;

/** The parts of ffprobe's answer that are used here. */
interface Answer {
  readonly packets?: readonly AnswerPacket[];
  readonly streams?: readonly {
    readonly width?: number;
    readonly height?: number;
    readonly sample_aspect_ratio?: string;
    readonly field_order?: string;
    readonly avg_frame_rate?: string;
    readonly time_base?: string;
    readonly side_data_list?: readonly { readonly side_data_type?: string }[];
  }[];
  readonly format?: { readonly format_name?: string; readonly start_time?: string };
}

interface AnswerPacket {
  readonly pts?: number;
  readonly pos?: string;
  readonly size?: string;
  readonly flags?: string;
  readonly side_data_list?: readonly unknown[];
}

/**
 * Reads whether frames of a video can be copied into another file. Everything out of the ordinary is a no: then they are encoded, as always.
 * @param untilUs how far it is needed, from its first frame.
 * @returns null: they cannot.
 * @throws RenderError as `probe`.
 */
export async function readCopyable(
  context: ToolContext,
  { file, details }: LocatedVisual,
  { field, untilUs }: { readonly field: string; readonly untilUs: number },
): Promise<CopyableVideo | null> {
  const until = ((details.startUs + untilUs + READ_MARGIN_US) / 1e6).toFixed(6);
  const args = ['-select_streams', String(details.streamIndex), '-show_entries', ENTRIES];
  const answer = (await probe(context, { file, field }, [...args, '-read_intervals', `%+${until}`])) as Answer;
  const stream = answer.streams?.[0];
  const frameRate = rational(stream?.avg_frame_rate);
  const timeBase = rational(stream?.time_base);
  // The positions of packets are those of their data in these alone.
  if (!stream || !frameRate || !timeBase || !/^mov/.test(answer.format?.format_name ?? '')) return null;
  // Turned, cut by its container, or more than plain pictures.
  if (stream.side_data_list?.some(({ side_data_type: kind }) => kind !== 'CPB properties')) return null;
  if (!/^(?:0:1|1:1)$/.test(stream.sample_aspect_ratio ?? '1:1') || stream.field_order !== 'progressive') return null;
  const full = path.join(context.cwd, file);
  const sets = fileParameterSets(await readOutline(full, MAX_INDEX_BYTES));
  const known = sets && plainSets(sets);
  const { packets = [] } = answer;
  const order = framesInOrder(packets, frameRate, timeBase);
  if (!sets || !known || !order) return null;
  const own = new Set([...sets.sequence, ...sets.picture].map(textOf));
  const places = packets.map(({ pos, size }): UnitPacket => ({ position: Number(pos), bytes: Number(size) }));
  const isOwn = (unit: Uint8Array) => own.has(textOf(unit));
  const scanned = await scanUnits(full, places, isOwn, context.signal);
  if (!scanned) return null;
  const startUs = Math.round(Number(answer.format?.start_time ?? 0) * 1e6);
  const { canEnd, delay } = ends(order);
  return {
    file,
    streamIndex: details.streamIndex,
    width: stream.width ?? 0,
    height: stream.height ?? 0,
    frameRate,
    sets,
    ...known,
    delay,
    canEnd,
    packets: scanned.map(({ isRefresh, pictureBytes }, i): CopyablePacket => ({
      frame: order[i] ?? 0,
      atUs: Math.round(((packets[i]?.pts ?? 0) * timeBase.num * 1e6) / timeBase.den) - startUs,
      bytes: pictureBytes,
      canBegin: isRefresh && canEnd[i] === true && order[i] === i,
    })),
  };
}

/** Of a file of a stranger: hours of video have no larger one. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** More parameter sets than any encoder makes leave no number for those of encoded parts. */
const MAX_SETS = 8;

/** Profiles with which no player of MP4 has trouble: Baseline that is also Main, Main, High. */
const PROFILES = new Set([66, 77, 100]);

/** Sets of 8-bit 4:2:0 in whole frames with square pixels that say BT.709, whose ids are clear. */
function plainSets({ sequence, picture }: ParameterSets): Pick<CopyableVideo, 'ids' | 'level'> | null {
  try {
    const read = sequence.map(readSequenceParameters);
    const pictureIds = picture.map(pictureParametersId);
    const isDistinct = (ids: readonly number[]) => ids.length > 0 && new Set(ids).size === ids.length;
    const sequenceIds = read.map(({ id }) => id);
    if (sequence.length > MAX_SETS || picture.length > MAX_SETS) return null;
    if (!read.every(isPlain) || !isDistinct(sequenceIds) || !isDistinct(pictureIds)) return null;
    return { ids: new Set([...sequenceIds, ...pictureIds]), level: Math.max(...read.map(({ level }) => level)) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function isPlain({ profile, isPlain: plain, pixelShape, colors }: SequenceParameters): boolean {
  const isSquare = pixelShape === null || pixelShape[0] === pixelShape[1];
  return plain && PROFILES.has(profile) && isSquare && isBt709(colors);
}

/**
 * The number of each packet's frame in the order of showing.
 * @returns null: some has no place, is hidden by an edit list, brings something along, or they do not follow each other exactly at the rate.
 */
function framesInOrder(packets: readonly AnswerPacket[], rate: Rational, timeBase: Rational): number[] | null {
  const ticks = (timeBase.den * rate.den) / (timeBase.num * rate.num);
  if (!Number.isInteger(ticks) || packets.length === 0) return null;
  const isClear = ({ pts, pos, size, flags = '', side_data_list: side = [] }: AnswerPacket) =>
    pts !== undefined && Number(pos) >= 0 && Number(size) > 0 && !/[DC]/.test(flags) && side.length === 0;
  if (!packets.every(isClear)) return null;
  const first = packets.reduce((least, { pts = 0 }) => Math.min(least, pts), Infinity);
  const order = packets.map(({ pts = 0 }) => (pts - first) / ticks);
  // A reading ends in the middle of frames that are decoded before they are shown: the last numbers may lack some.
  return order.every(Number.isInteger) && new Set(order).size === order.length ? order : null;
}

/** Before which packets all frames are there that are shown before it, and how much later than decoded frames are shown at most. */
function ends(order: readonly number[]): { readonly canEnd: readonly boolean[]; readonly delay: number } {
  let [last, delay] = [-1, 0];
  const canEnd = order.map((frame, i) => {
    const isWhole = last === i - 1;
    last = Math.max(last, frame);
    delay = Math.max(delay, i - frame);
    return isWhole;
  });
  return { canEnd: [...canEnd, last === order.length - 1], delay };
}

function textOf(unit: Uint8Array): string {
  return Buffer.from(unit.buffer, unit.byteOffset, unit.byteLength).toString('latin1');
}
