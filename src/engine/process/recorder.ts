import type { CommandRun } from '../../task/diagnostics.js';

/** A montage of two hundred inputs is looked at by as many probes, all alike. */
const MAX_GOOD_PROBES = 20;

/** Keeps the commands of an attempt. */
export interface Recorder {
  readonly record: (run: CommandRun) => void;
  /** All of it in order, less the probes that went well past the first twenty. */
  readonly runs: () => readonly CommandRun[];
}

export function createRecorder(): Recorder {
  const runs: CommandRun[] = [];
  let goodProbes = 0;
  return {
    record(run) {
      if (run.program === 'ffprobe' && run.exitCode === 0) {
        goodProbes += 1;
        if (goodProbes > MAX_GOOD_PROBES) return;
      }
      runs.push(run);
    },
    runs: () => runs,
  };
}
