import { type Rational, timeUsOf } from '../../composition/frame-grid.js';
import { microseconds, type ProbePacket } from './probe-json.js';

/** When one frame is shown, from the first one's time on. */
export interface PictureTime {
  readonly atUs: number;
  /** 0: the file does not say. */
  readonly durationUs: number;
}

export interface PictureTimes {
  /** Those that are shown, in order of their times. */
  readonly pictures: readonly PictureTime[];
  /** The time of the first one, on the file's clock. */
  readonly startUs: number;
  /** Whether the file's clock was set on the way. */
  readonly hasJumps: boolean;
}

/**
 * Containers whose clock may be set on the way (AVFMT_TS_DISCONT): recordings of television, joined files. ffmpeg then goes on from where it was, and counts from the first of
 * the streams that are used.
 */
export const JUMPING_FORMATS = new Set(['mpegts', 'mpeg', 'ogg']);
/** ffmpeg's own thresholds, `-dts_delta_threshold` and a tenth of a second back. */
const JUMP_AHEAD_US = 10_000_000;
const JUMP_BACK_US = -100_000;

/**
 * The times of a stream's frames as ffmpeg reckons them.
 * @param packets of one stream, in the order of the file.
 * @param pictureUs how long a frame lasts in a stream that has no times, such as raw H.264.
 */
export function pictureTimes(packets: readonly ProbePacket[], format: string, pictureUs: number): PictureTimes {
  const mayJump = JUMPING_FORMATS.has(format);
  const found: PictureTime[] = [];
  let offsetUs = 0;
  let nextUs: number | null = null;
  let hasJumps = false;
  for (const [i, packet] of packets.entries()) {
    const durationUs = microseconds(packet.duration_time) ?? 0;
    const ptsUs = microseconds(packet.pts_time);
    const dtsUs = microseconds(packet.dts_time) ?? ptsUs;
    if (dtsUs === null) {
      found.push({ atUs: i * (durationUs || pictureUs), durationUs: durationUs || pictureUs });
      continue;
    }
    const deltaUs = nextUs === null ? 0 : dtsUs + offsetUs - nextUs;
    if (mayJump && (deltaUs > JUMP_AHEAD_US || deltaUs < JUMP_BACK_US)) {
      offsetUs -= deltaUs;
      hasJumps = true;
    }
    nextUs = dtsUs + offsetUs + durationUs;
    // Packets that an edit list leaves out are decoded and not shown.
    if (packet.flags?.includes('D')) continue;
    found.push({ atUs: (ptsUs ?? dtsUs) + offsetUs, durationUs });
  }
  const pictures = found.sort((a, b) => a.atUs - b.atUs);
  const startUs = pictures[0]?.atUs ?? 0;
  return {
    pictures: pictures.map(({ atUs, durationUs }) => ({ atUs: atUs - startUs, durationUs })),
    startUs,
    hasJumps,
  };
}

/** How far the frames reach. */
export function presentUsOf(pictures: readonly PictureTime[]): number {
  return pictures.reduce((end, { atUs, durationUs }) => Math.max(end, atUs + durationUs), 0);
}

/** Times in files are rounded, to milliseconds in some. */
const ROUNDING_US = 1_000;

/** Whether each frame is due when its number says, at a rate. */
export function isOnGrid(pictures: readonly PictureTime[], rate: Rational): boolean {
  return pictures.every(({ atUs }, i) => Math.abs(atUs - timeUsOf(i, rate)) <= ROUNDING_US);
}

/** Whether some frame stands for longer than this until the next. */
export function standsLonger(pictures: readonly PictureTime[], us: number): boolean {
  return pictures.some(({ atUs }, i) => (pictures[i + 1]?.atUs ?? atUs) - atUs > us);
}
