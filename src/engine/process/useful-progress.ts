import type { ProgressBlock } from './progress.js';

/** How far a tool has to come. */
export interface PlannedLength {
  /** Where its output ends. */
  readonly endUs: number;
  /** The length of one frame of it; of audio alone, of a frame as a video would have. */
  readonly frameUs: number;
}

/** What a report of a tool says of its work. `OVERRUN`: it is past its end, and will not come to one. */
export type ProgressVerdict = 'PROGRESS' | 'NONE' | 'OVERRUN';

/** So far may the last packets reach beyond the plan: an audio encoder's frame, a rounded duration. */
const OVERRUN_TOLERANCE_US = 1_000_000;

/**
 * Tells progress from a process that only moves. An output time that crawls, as ffmpeg's does in a graph that is begun anew again and again, is no
 * progress: it must get on by a frame for each second of work. Nor are bytes alone, which grow with each crawling packet.
 * @param plan null where the end is not known: then there is no overrun.
 * @returns takes reports in order, each with a clock in milliseconds that tells of work done, such as the process's CPU time.
 */
export function createProgressJudge(
  plan: PlannedLength | null,
): (block: ProgressBlock, workMs: number) => ProgressVerdict {
  const frameUs = plan?.frameUs ?? DEFAULT_FRAME_US;
  let mark = { frame: 0, outTimeUs: 0, workMs: 0 };
  return (block, workMs) => {
    const outTimeUs = Math.max(mark.outTimeUs, block.outTimeUs ?? 0);
    if (plan && outTimeUs > plan.endUs + OVERRUN_TOLERANCE_US) return 'OVERRUN';
    const frame = Math.max(mark.frame, block.frame ?? 0);
    const workedSeconds = Math.max(0, workMs - mark.workMs) / 1000;
    const isFurther = outTimeUs - mark.outTimeUs >= frameUs * Math.max(1, workedSeconds);
    if (frame === mark.frame && !isFurther && !block.ended) return 'NONE';
    mark = { frame, outTimeUs, workMs };
    return 'PROGRESS';
  };
}

const DEFAULT_FRAME_US = 40_000;
