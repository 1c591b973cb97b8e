import type { Phase, Progress } from '../task/task.js';
import type { ProgressBlock } from './process/progress.js';

/** Share of the whole that each phase ends at, in percent. 100 belongs to a task that has ended. */
const ENDS_AT: Readonly<Record<Phase, number>> = {
  FETCHING: 2,
  PROBING: 5,
  RENDERING: 95,
  FINALIZING: 98,
  UPLOADING: 99,
};
const ORDER: readonly Phase[] = ['FETCHING', 'PROBING', 'RENDERING', 'FINALIZING', 'UPLOADING'];

/** Turns what happens in a render into its progress. */
export interface ProgressMeter {
  /** A phase begins. */
  enter(phase: Phase): void;
  /** `done` of `total` steps of the current phase are over. */
  step(done: number, total: number): void;
  /** All frames of all videos. */
  planned(frames: number): void;
  rendered(block: ProgressBlock): void;
  /** What is rendered from now on is another video, and counts on top of what was before. */
  nextVideo(): void;
}

/** Reports progress that never goes back, by what was planned and not by what an input claims. */
export function createProgressMeter(report: (progress: Progress) => void): ProgressMeter {
  let now: Progress = { phase: 'FETCHING', percent: 0, framesDone: 0, framesTotal: 0, outTimeUs: 0, speed: 0 };

  let before = { frames: 0, outTimeUs: 0 };

  function update(change: Partial<Progress>): void {
    const next = { ...now, ...change };
    now = {
      ...next,
      percent: Math.min(99, Math.max(now.percent, Math.floor(next.percent))),
      framesDone: Math.max(now.framesDone, Math.min(next.framesDone, next.framesTotal)),
      outTimeUs: Math.max(now.outTimeUs, next.outTimeUs),
    };
    report(now);
  }

  function within(phase: Phase, share: number): number {
    const start = startOf(phase);
    return start + (ENDS_AT[phase] - start) * Math.min(1, Math.max(0, share));
  }

  return {
    enter: (phase) => {
      update({ phase, percent: startOf(phase) });
    },
    step: (done, total) => {
      update({ percent: within(now.phase, total > 0 ? done / total : 1) });
    },
    planned: (frames) => {
      update({ framesTotal: frames });
    },
    rendered: (block) => {
      const framesDone = Math.max(now.framesDone, before.frames + (block.frame ?? 0));
      update({
        framesDone,
        percent: within('RENDERING', framesDone / Math.max(1, now.framesTotal)),
        outTimeUs: block.outTimeUs === null ? now.outTimeUs : before.outTimeUs + block.outTimeUs,
        speed: block.speed ?? now.speed,
      });
    },
    nextVideo: () => {
      before = { frames: now.framesDone, outTimeUs: now.outTimeUs };
    },
  };
}

function startOf(phase: Phase): number {
  const before = ORDER[ORDER.indexOf(phase) - 1];
  return before ? ENDS_AT[before] : 0;
}
