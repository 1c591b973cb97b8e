import { durationTagUs, microseconds, rational, type ProbeJson, type ProbeStream } from './probe-json.js';

/** What was read of a video's packets. */
export interface Reading {
  /** When the first frame is due, from the start of the file. */
  readonly startUs: number;
  /** How far the frames reach that were read. */
  readonly presentUs: number;
  /** Whether all packets of the file were read. */
  readonly toEnd: boolean;
  /**
   * Whether the file was found to be whole: its structure ends where it should, or its audio reaches the length that it claims. A video that is shorter
   * than the claim is then no sign of a cut. Only with `toEnd`.
   */
  readonly isWhole: boolean;
  /** Whether its clock was set on the way: what it claims about its length means nothing then. */
  readonly hasJumps: boolean;
}

/** How much longer than its frames an intact file may say it is. */
export const CLAIM_SLACK_US = 500_000;

/**
 * What the stream claims, else what the file claims, which is about its longest stream; from the stream's first frame on. Null: nothing.
 * @param startUs when that is due, from the start of the file.
 */
export function claimedUsOf(json: ProbeJson, stream: ProbeStream, startUs: number): number | null {
  return ownClaimUs(stream, startUs) ?? fromStart(microseconds(json.format?.duration), startUs);
}

/** The tag says where a stream ends in its file. */
function ownClaimUs(stream: ProbeStream, startUs: number): number | null {
  return microseconds(stream.duration) ?? fromStart(durationTagUs(stream), startUs);
}

function fromStart(endUs: number | null, startUs: number): number | null {
  return endUs === null ? null : Math.max(0, endUs - startUs);
}

/** A video's length, and how long its last frame stands beyond what its packets say. */
export interface VideoLength {
  readonly durationUs: number;
  readonly holdUs: number;
}

/**
 * Where the frames end a little before or after the claim, they count. Where they end long before it, the file is cut off, and the claim stands, so that a
 * clip that needs more is refused; unless the file is whole: then the last frame stands until the stream's end, or other streams are longer.
 */
export function videoLength(json: ProbeJson, stream: ProbeStream, reading: Reading): VideoLength {
  const { startUs, presentUs, toEnd, isWhole, hasJumps } = reading;
  const claimedUs = claimedUsOf(json, stream, startUs);
  const exactly = { durationUs: presentUs, holdUs: 0 };
  if (claimedUs === null || (toEnd && hasJumps)) return exactly;
  if (claimedUs - presentUs <= CLAIM_SLACK_US)
    return toEnd || claimedUs < presentUs ? exactly : { durationUs: claimedUs, holdUs: 0 };
  if (!toEnd || !isWhole) return { durationUs: claimedUs, holdUs: 0 };
  const isAlone = json.format?.nb_streams === 1;
  const standsUs = ownClaimUs(stream, startUs) ?? (isAlone ? claimedUs : presentUs);
  return { durationUs: standsUs, holdUs: Math.max(0, standsUs - presentUs) };
}

/** How long a frame of a stream lasts that has no times: by its rate, else at ffmpeg's default of 25 a second. */
export function nominalPictureUs(stream: ProbeStream): number {
  const rate = rational(stream.avg_frame_rate) ?? rational(stream.r_frame_rate) ?? { num: 25, den: 1 };
  return Math.round((rate.den * 1e6) / rate.num);
}
