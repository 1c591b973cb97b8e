import type { PhaseTiming, Progress, Task } from './task.js';

/** Below this fraction the speed so far predicts nothing. */
const MIN_FRACTION = 0.02;

/** When a running attempt will have ended at its speed so far; null before that is known. */
export function estimatedEndTimeMs(task: Task, percent: number, nowMs: number): number | null {
  const fraction = percent / 100;
  if (task.startTimeMs === null || fraction < MIN_FRACTION) return null;
  return Math.round(task.startTimeMs + (nowMs - task.startTimeMs) / fraction);
}

/** The timings of an attempt's phases. The time since the task last changed belongs to its phase until now. */
export function timePhases(task: Task, next: Progress | null, nowMs: number): readonly PhaseTiming[] {
  const current = task.progress?.phase;
  const timings = [...task.phaseTimings];
  const last = timings.at(-1);
  if (current !== undefined && last?.phase === current) {
    timings[timings.length - 1] = {
      phase: current,
      durationMs: last.durationMs + Math.max(0, nowMs - task.updateTimeMs),
    };
  }
  if (next && next.phase !== timings.at(-1)?.phase) timings.push({ phase: next.phase, durationMs: 0 });
  return timings;
}
