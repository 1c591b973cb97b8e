import type { Duration } from '../../../generated/google/protobuf/duration.js';
import type { Limits } from './limits.js';

const NS = 1_000_000_000n;

/** A second, in nanoseconds. */
export const SECOND: bigint = NS;

/** Limits of a time of a video, in seconds: 4 h. */
export const VIDEO_TIME: Limits = { min: 0, max: 14_400 };

/** Limits of a time within a file, in seconds: 24 h. */
export const FILE_TIME: Limits = { min: 0, max: 86_400 };

/** The least length of a clip, a frame at 120 frames per second, to the longest, in seconds. */
export const CLIP_LENGTH: Limits = { min: 1 / 120, max: 14_400 };

/** To the nearest nanosecond. @param seconds finite. */
export function secondsToNs(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}

/** As a message. */
export function durationOf(ns: bigint): Duration {
  return { seconds: ns / NS, nanos: Number(ns % NS) };
}

/** The smaller one. */
export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

const NTSC = [24, 30, 48, 60, 120];

/** A frame rate as Canvas.frame_rate has it: `25`, or `24000/1001` for 23.976 and its like. @param rate 1 to 120. */
export function frameRateText(rate: number): string {
  const ntsc = NTSC.find((whole) => Math.abs(rate - (whole * 1000) / 1001) < 0.006);
  if (ntsc !== undefined) return `${ntsc * 1000}/1001`;
  return Number.isInteger(rate) ? String(rate) : `${Math.round(rate * 1000)}/1000`;
}
