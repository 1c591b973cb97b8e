import type { ProcessStats } from './process-stats.js';

/** Limits of time and memory for a process; measured, not guessed: see `createWatchdog`. */
export interface Clocks {
  /** No progress for this long, and quiet for `quietMs`: hung. */
  readonly stallMs: number;
  /** How long a hung process uses neither CPU nor I/O other than its progress reports. */
  readonly quietMs: number;
  /** No progress for this long, however busy. Healthy renders were seen to stand still for 71 s. */
  readonly noProgressMs: number;
  /** From start to end. */
  readonly totalMs: number;
  /** Resident memory of the process and its descendants. */
  readonly maxRssBytes: number;
}

/** Why a process was ended. `OVERRUN`: it is past the end that was planned for it. */
export type WatchdogClock = 'STALL' | 'NO_PROGRESS' | 'TOTAL' | 'MEMORY' | 'OVERRUN';

/** Four clocks over one process. All times are monotonic milliseconds. */
export interface Watchdog {
  /** The process got on with its work. */
  progressed(nowMs: number): void;
  /**
   * Takes a measurement (null: none could be taken). @returns the clock that has run out, if one has.
   * @param wantsToRun asked before STALL alone: a process that a busy machine starves is idle as well.
   */
  check(nowMs: number, stats: ProcessStats | null, wantsToRun: () => boolean): WatchdogClock | null;
}

/** A hung ffmpeg showed at most 10 ms of CPU in 5 s; a working one, hundreds of times that. */
const IDLE_CPU_MS = 10;
const IDLE_CPU_SHARE = 10 / 5_000;
/**
 * So few bytes are no work: from version 7 on a hung ffmpeg goes on writing progress reports, of which some are under way between its count and ours.
 * Reading media takes blocks of at least this size.
 */
const IDLE_IO_BYTES = 4_096;

/**
 * "No progress" alone is not "hung": `reverse`, two-pass filters and slow presets are silent for a minute and work. So the stall
 * clock also wants the process to be idle, and a far longer one bounds those that burn CPU and get nowhere.
 */
export function createWatchdog(clocks: Clocks, startMs: number): Watchdog {
  let progressAtMs = startMs;
  let quiet = { sinceMs: startMs, cpuMs: 0, ioBytes: 0 };

  function isQuiet(nowMs: number, stats: ProcessStats): boolean {
    const allowedCpuMs = Math.max(IDLE_CPU_MS, (nowMs - quiet.sinceMs) * IDLE_CPU_SHARE);
    if (Math.abs(stats.ioBytes - quiet.ioBytes) >= IDLE_IO_BYTES || stats.cpuMs - quiet.cpuMs > allowedCpuMs) {
      quiet = { sinceMs: nowMs, cpuMs: stats.cpuMs, ioBytes: stats.ioBytes };
    }
    return nowMs - quiet.sinceMs >= clocks.quietMs;
  }

  return {
    progressed(nowMs) {
      progressAtMs = nowMs;
    },
    check(nowMs, stats, wantsToRun) {
      if (nowMs - startMs >= clocks.totalMs) return 'TOTAL';
      if (stats && stats.rssBytes > clocks.maxRssBytes) return 'MEMORY';
      const silentMs = nowMs - progressAtMs;
      if (silentMs >= clocks.noProgressMs) return 'NO_PROGRESS';
      const isStalled = stats !== null && isQuiet(nowMs, stats) && silentMs >= clocks.stallMs;
      return isStalled && !wantsToRun() ? 'STALL' : null;
    },
  };
}
