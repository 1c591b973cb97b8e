import { boxesIn } from '../../mp4/boxes.js';

/** How many frames a segment of fragmented MP4 has. @returns null: it is not one whole fragment. */
export function segmentFrames(segment: Buffer): number | null {
  const moofs = boxesIn(segment, 'moof');
  if (moofs.length !== 1 || boxesIn(segment, 'mdat').length !== 1) return null;
  const runs = moofs.flatMap((moof) => boxesIn(moof, 'traf')).flatMap((traf) => boxesIn(traf, 'trun'));
  // After its version and flags.
  return runs.reduce((sum, run) => sum + (run.length >= 8 ? run.readUInt32BE(4) : 0), 0);
}
