import type { Phase, Progress, ProgressReport } from '../task/task.js';
import { createPaceMeter, type Pace } from './pace.js';
import { createPhaseClock } from './phase-clock.js';
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
  /** Steps that are to be run from now on; one that was planned before is run anew. */
  readonly planned: (steps: readonly Step[]) => void;
  /** A step is over. */
  readonly done: (step: Step) => void;
  /** A step that makes frames reports how far it is. */
  readonly rendered: (id: string, block: ProgressBlock) => void;
  /** The frames of a step had been rendered before. */
  readonly reused: (id: string, outTimeUs: number) => void;
  /** The attempt is over, in whatever way. */
  readonly ended: () => void;
}

/** What is known of one step. */
interface Metered {
  readonly step: Step;
  done: boolean;
  frames: number;
  outTimeUs: number;
  isReused: boolean;
}

/**
 * Reports progress that never goes back, by the plan and not by the claims of an input. The phase is that of the first step that is not over.
 * @param nowMs milliseconds that never go back.
 */
export function createProgressMeter(
  report: (progress: ProgressReport) => void,
  nowMs: () => number = () => performance.now(),
): ProgressMeter {
  const phases = createPhaseClock('FETCHING', nowMs);
  const paces = createPaceMeter(nowMs);
  let now: Progress = { phase: 'FETCHING', percent: 0, framesDone: 0, framesTotal: 0, outTimeUs: 0, speed: 0 };
  let all: readonly Metered[] = [];

  function tell(): void {
    report({ ...now, phaseTimings: phases.timings(), remainingMs: remainingMs(now, all, paces.pace()) });
  }

  function update(): void {
    // Also a soundtrack reports times; it is as long as the frames that it goes with.
    const makers = all.filter(({ step }) => step.frames > 0);
    const phase = phaseOf(all, now.phase);
    now = {
      phase,
      percent: Math.min(99, Math.max(now.percent, Math.floor(percentOf(phase, all)))),
      framesDone: Math.max(now.framesDone, sum(makers, framesOf)),
      framesTotal: sum(makers, ({ step }) => step.frames),
      outTimeUs: Math.max(
        now.outTimeUs,
        sum(makers, ({ outTimeUs }) => outTimeUs),
      ),
      speed: paces.pace()?.speed ?? 0,
    };
    phases.enter(phase);
    tell();
  }

  tell();
  return {
    planned(steps) {
      const ids = new Set(steps.map(({ id }) => id));
      const others = all.filter(({ step }) => !ids.has(step.id));
      all = [...others, ...steps.map((step) => ({ step, done: false, frames: 0, outTimeUs: 0, isReused: false }))];
      update();
    },
    done(step) {
      const metered = all.find((one) => one.step === step);
      if (metered) {
        metered.done = true;
        metered.frames = step.frames;
      }
      update();
    },
    rendered(id, block) {
      const metered = all.find(({ step }) => step.id === id);
      if (!metered) return;
      metered.frames = Math.max(metered.frames, block.frame ?? 0);
      metered.outTimeUs = Math.max(metered.outTimeUs, block.outTimeUs ?? 0);
      const made = all.filter(({ step, isReused }) => step.frames > 0 && !isReused);
      const tookMs = block.speed && block.outTimeUs ? block.outTimeUs / 1_000 / block.speed : null;
      if (metered.step.frames > 0)
        paces.note({ frames: sum(made, framesOf), outTimeUs: sum(made, ({ outTimeUs }) => outTimeUs) }, tookMs);
      update();
    },
    reused(id, outTimeUs) {
      const metered = all.find(({ step }) => step.id === id);
      if (!metered) return;
      Object.assign(metered, { isReused: true, frames: metered.step.frames, outTimeUs });
      update();
    },
    ended: tell,
  };
}

function framesOf({ frames, step }: Metered): number {
  return Math.min(frames, step.frames);
}

/** At the pace so far; the phases after the frames take as long as their shares of the whole say. Null before that is known. */
function remainingMs(
  { phase, framesDone, framesTotal }: Progress,
  all: readonly Metered[],
  pace: Pace | null,
): number | null {
  if (pace === null) return null;
  const wholeMs = framesTotal / pace.framesPerMs;
  const rendering = ENDS_AT.RENDERING - ENDS_AT.PROBING;
  const restPercent = 99 - Math.max(ENDS_AT.RENDERING, percentOf(phase, all));
  return Math.round((framesTotal - framesDone) / pace.framesPerMs + (wholeMs * restPercent) / rendering);
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
  const share = frames > 0 ? sum(own, framesOf) / frames : own.filter(({ done }) => done).length / own.length;
  const before = ORDER[ORDER.indexOf(phase) - 1];
  const start = before ? ENDS_AT[before] : 0;
  return own.length === 0 ? start : start + (ENDS_AT[phase] - start) * share;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
