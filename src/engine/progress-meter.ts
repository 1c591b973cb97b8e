import type { Phase, Progress } from '../task/task.js';
import type { ProgressBlock } from './process/progress.js';
import type { Step } from './steps/step.js';

/** Share of the whole that each phase ends at, in percent. 100 belongs to a task that has ended. */
const ENDS_AT: Readonly<Record<Phase, number>> = {
  FETCHING: 2,
  PROBING: 5,
  RENDERING: 95,
  FINALIZING: 98,
  UPLOADING: 99,
};
const ORDER: readonly Phase[] = ['FETCHING', 'PROBING', 'RENDERING', 'FINALIZING', 'UPLOADING'];

/** Turns the steps of an attempt into its progress. */
export interface ProgressMeter {
  /** Steps that are to be run from now on. */
  readonly planned: (steps: readonly Step[]) => void;
  /** A step is over. */
  readonly done: (step: Step) => void;
  /** A step that makes frames reports how far it is. */
  readonly rendered: (id: string, block: ProgressBlock) => void;
}

/** What is known of one step. */
interface Metered {
  readonly step: Step;
  done: boolean;
  frames: number;
  outTimeUs: number;
}

/** Reports progress that never goes back, by the plan and not by the claims of an input. The phase is that of the first step that is not over. */
export function createProgressMeter(report: (progress: Progress) => void): ProgressMeter {
  let now: Progress = { phase: 'FETCHING', percent: 0, framesDone: 0, framesTotal: 0, outTimeUs: 0, speed: 0 };
  let all: readonly Metered[] = [];

  function update(speed: number | null): void {
    const framesDone = sum(all, ({ frames, step }) => Math.min(frames, step.frames));
    const framesTotal = sum(all, ({ step }) => step.frames);
    const phase = phaseOf(all, now.phase);
    now = {
      phase,
      percent: Math.min(99, Math.max(now.percent, Math.floor(percentOf(phase, all)))),
      framesDone: Math.max(now.framesDone, framesDone),
      framesTotal,
      outTimeUs: Math.max(
        now.outTimeUs,
        sum(all, ({ outTimeUs }) => outTimeUs),
      ),
      speed: speed ?? now.speed,
    };
    report(now);
  }

  report(now);
  return {
    planned(steps) {
      all = [...all, ...steps.map((step) => ({ step, done: false, frames: 0, outTimeUs: 0 }))];
      update(null);
    },
    done(step) {
      const metered = all.find((one) => one.step === step);
      if (metered) {
        metered.done = true;
        metered.frames = step.frames;
      }
      update(null);
    },
    rendered(id, block) {
      const metered = all.find(({ step }) => step.id === id);
      if (!metered) return;
      metered.frames = Math.max(metered.frames, block.frame ?? 0);
      metered.outTimeUs = Math.max(metered.outTimeUs, block.outTimeUs ?? 0);
      update(block.speed);
    },
  };
}

function phaseOf(all: readonly Metered[], before: Phase): Phase {
  const open = all.filter(({ done }) => !done).map(({ step }) => ORDER.indexOf(step.phase));
  // Between two plans nothing is open: the phase stays.
  const earliest = open.length === 0 ? before : ORDER[Math.min(...open)];
  return ORDER.indexOf(earliest ?? before) > ORDER.indexOf(before) ? (earliest ?? before) : before;
}

/** Within a phase by its frames where it makes any, else by its steps. */
function percentOf(phase: Phase, all: readonly Metered[]): number {
  const own = all.filter(({ step }) => step.phase === phase);
  const frames = sum(own, ({ step }) => step.frames);
  const share =
    frames > 0
      ? sum(own, (one) => Math.min(one.frames, one.step.frames)) / frames
      : own.filter(({ done }) => done).length / own.length;
  const before = ORDER[ORDER.indexOf(phase) - 1];
  const start = before ? ENDS_AT[before] : 0;
  return own.length === 0 ? start : start + (ENDS_AT[phase] - start) * share;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
