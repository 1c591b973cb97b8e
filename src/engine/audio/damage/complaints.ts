import { splitLines } from '../../process/split-lines.js';

/** What ffmpeg has said against one input while it decoded its audio. */
export interface Complaints {
  /** Lines of any kind: without one there is no damage that can be noticed. */
  readonly lines: number;
  /** Packets that the decoder has refused. */
  readonly refusedPackets: number;
  /** Whether the container itself could not be read everywhere. */
  readonly isContainerBroken: boolean;
  /** Whether reading ended there. */
  readonly isGivenUp: boolean;
}

export interface ComplaintReader {
  /** Takes a piece of standard error, cut anywhere. */
  readonly push: (chunk: Buffer) => void;
  readonly read: () => Complaints;
}

/** Up to ffmpeg 6 by the input's number, later by the name of the stream. */
const REFUSED =
  /Error while decoding stream #0:|\[aist#0:.*(?:corrupt decoded frame|Error submitting packet to decoder|Decoding error)/;
/** Containers that find their way again behind what they cannot read. */
const BROKEN = /\[(?:in#0\/\S+|matroska,webm|mov,mp4\S*|ogg|flv|avi|asf|nut|wv) @/;
/** That is a file cut off: what comes before is whole. */
const CUT_OFF = /File ended prematurely/;
const GIVEN_UP = /Error during demuxing|^\[error\] file:\S+: /;

/** Reads the standard error of a command with one input at the level `repeat+level+error`. */
export function readComplaints(): ComplaintReader {
  const found = { lines: 0, refusedPackets: 0, isContainerBroken: false, isGivenUp: false };
  return {
    push: splitLines((line) => {
      found.lines += 1;
      if (REFUSED.test(line)) found.refusedPackets += 1;
      if (BROKEN.test(line) && !CUT_OFF.test(line)) found.isContainerBroken = true;
      if (GIVEN_UP.test(line)) found.isGivenUp = true;
    }),
    read: () => ({ ...found }),
  };
}
