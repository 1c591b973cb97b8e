import type { Phase, PhaseTiming } from '../task/task.js';

/** Measures how long the phases of an attempt last, one after the other. */
export interface PhaseClock {
  /** The phase from now on; nothing happens when it is the present one. */
  readonly enter: (phase: Phase) => void;
  /** So far, in the order in which they began. */
  readonly timings: () => readonly PhaseTiming[];
}

/** @param nowMs milliseconds that never go back. */
export function createPhaseClock(first: Phase, nowMs: () => number): PhaseClock {
  const ended: PhaseTiming[] = [];
  let phase = first;
  let sinceMs = nowMs();
  const present = (): PhaseTiming => ({ phase, durationMs: Math.round(nowMs() - sinceMs) });
  return {
    enter(next) {
      if (next === phase) return;
      ended.push(present());
      phase = next;
      sinceMs = nowMs();
    },
    timings: () => [...ended, present()],
  };
}
