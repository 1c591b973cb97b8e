import type { OutputSpec } from '../../composition/output-spec.js';
import type { Encoding, VideoCoding } from './output-profile.js';
import { profileOf } from './profiles.js';

/** Codings by devices, by the codings of ffmpeg that they stand in for. */
export type StandIns = ReadonlyMap<VideoCoding, VideoCoding>;

export const NO_STAND_INS: StandIns = new Map();

/** An encoding of an output, by a device where one may make it. */
export function withStandIn(spec: OutputSpec, encoding: Encoding, standIns: StandIns): Encoding {
  const standIn = standInOf(spec, encoding.video, standIns);
  return standIn ? { ...encoding, video: standIn } : encoding;
}

/** Whether a device makes pictures of one of these outputs. */
export function areUsed(standIns: StandIns, specs: readonly OutputSpec[]): boolean {
  return specs.some((spec) => standInOf(spec, profileOf(spec.format).video, standIns) !== null);
}

/**
 * LOSSLESS is a promise that not every device keeps, and pieces between copied ones need parameter sets of a number that only libx264 takes. A file that is
 * to be made smaller is encoded again by its profile's coding, which is that of ffmpeg.
 */
function standInOf({ quality, streamCopy }: OutputSpec, video: VideoCoding | null, standIns: StandIns) {
  if (video === null || quality === 'LOSSLESS' || streamCopy) return null;
  return standIns.get(video) ?? null;
}
