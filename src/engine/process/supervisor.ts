import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { drainPipes } from './drain-pipes.js';
import { createProgressParser, type ProgressBlock } from './progress.js';
import { hasRunnableThread, readProcessStats } from './process-stats.js';
import { killGroup, killRest, spawnGroup, type GroupCommand } from './spawn-group.js';
import { createTextTail } from './text-tail.js';
import { createProgressJudge, type PlannedLength } from './useful-progress.js';
import { createWatchdog, type Clocks, type Watchdog, type WatchdogClock } from './watchdog.js';

/** A program to run and the limits to run it within. */
export interface SupervisedCommand extends GroupCommand {
  readonly clocks: Clocks;
  /** Called with the number of the program's process and group once it has started. */
  readonly onStart?: (pid: number) => void;
  /** Called for each `-progress` block that the program writes to descriptor 3. */
  readonly onProgress?: (block: ProgressBlock) => void;
  /** Where its output ends: a program that goes on past it is ended. Absent: anywhere. */
  readonly planned?: PlannedLength;
  /** Called with standard error as it comes, beside the end of it that is kept. */
  readonly onStderr?: (chunk: Buffer) => void;
  /** How much standard output is collected; 0 or absent: none. */
  readonly maxStdoutBytes?: number;
}

/** How a program ended. */
export interface SupervisedResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The clock that ended it. */
  readonly firedClock: WatchdogClock | null;
  /** Whether it was ended because it wrote more than `maxStdoutBytes`. */
  readonly stdoutOverflow: boolean;
  readonly stdout: Buffer;
  readonly stderrTail: string;
  readonly peakRssBytes: number;
  readonly cpuMs: number;
}

/** Runs a program to its end by the promise of `runSupervised`, in this process or from another. */
export type Supervise = (command: SupervisedCommand) => Promise<SupervisedResult>;

/** Memory can grow by 300 MB/s: a measurement every quarter of a second keeps the overshoot below 100 MB. */
const SAMPLE_MS = 250;
/** Many a probe is over before that. */
const FIRST_SAMPLE_MS = 50;
const STDERR_TAIL_BYTES = 64 * 1024;
/**
 * Runs a program to its end, whatever that is: an exit code, a signal or a clock is a result, not an error.
 * The program has a process group of its own, which is killed (SIGKILL: hung programs do not obey SIGTERM) when a clock
 * runs out, `signal` fires, or the program itself has ended; all of it is dead when this settles.
 * @throws the reason of `signal` when it fires; an error of `spawnGroup` when the program cannot be started.
 */
export async function runSupervised(command: SupervisedCommand): Promise<SupervisedResult> {
  command.signal.throwIfAborted();
  const child = await spawnGroup(command, {
    stdout: (command.maxStdoutBytes ?? 0) > 0,
    progress: command.onProgress !== undefined,
  });
  if (child.pid !== undefined) command.onStart?.(child.pid);
  const watchdog = createWatchdog(command.clocks, performance.now());
  const stderr = createTextTail(STDERR_TAIL_BYTES);
  const stdout = collectStdout(child, command.maxStdoutBytes ?? 0);
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr.push(chunk);
    command.onStderr?.(chunk);
  });
  const judge = createProgressJudge(command.planned ?? null);
  const progressBytes = followProgress(child, command.onProgress && onBlock);

  const kill = () => {
    killGroup(child);
  };
  command.signal.addEventListener('abort', kill, { once: true });
  const sampler = startSampler(child, watchdog, progressBytes);

  function onBlock(block: ProgressBlock): void {
    const verdict = judge(block, sampler.measured().cpuMs);
    if (verdict === 'PROGRESS') watchdog.progressed(performance.now());
    if (verdict === 'OVERRUN') sampler.end('OVERRUN');
    command.onProgress?.(block);
  }

  // It may have fired while the program was started.
  if (command.signal.aborted) kill();
  try {
    const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    killRest(child);
    await drainPipes([child.stdout, child.stderr, child.stdio[3] as Readable | null | undefined]);
    command.signal.throwIfAborted();
    return { exitCode, signal, ...sampler.measured(), ...stdout(), stderrTail: stderr.text() };
  } finally {
    sampler.stop();
    command.signal.removeEventListener('abort', kill);
  }
}

function collectStdout(child: ChildProcess, maxBytes: number): () => { stdout: Buffer; stdoutOverflow: boolean } {
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) killGroup(child);
    else chunks.push(chunk);
  });
  return () => ({ stdout: Buffer.concat(chunks), stdoutOverflow: bytes > maxBytes });
}

/** @returns how many bytes came through the pipe so far. */
function followProgress(child: ChildProcess, onBlock: ((block: ProgressBlock) => void) | undefined): () => number {
  const pipe = child.stdio[3] as Readable | null | undefined;
  if (!pipe || !onBlock) return () => 0;
  let bytes = 0;
  const parse = createProgressParser(onBlock);
  pipe.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    parse(chunk);
  });
  pipe.on('error', () => undefined);
  return () => bytes;
}

interface Sampler {
  stop(): void;
  /** Ends the program, if it still runs, as a clock would. */
  end(clock: WatchdogClock): void;
  measured(): { firedClock: WatchdogClock | null; peakRssBytes: number; cpuMs: number };
}

function startSampler(child: ChildProcess, watchdog: Watchdog, progressBytes: () => number): Sampler {
  let firedClock: WatchdogClock | null = null;
  let peakRssBytes = 0;
  let cpuMs = 0;
  function sample(): void {
    const { pid } = child;
    const stats = pid === undefined ? null : readProcessStats(pid);
    if (stats) {
      peakRssBytes = Math.max(peakRssBytes, stats.peakRssBytes, stats.rssBytes);
      cpuMs = Math.max(cpuMs, stats.cpuMs);
    }
    const used = stats && { ...stats, ioBytes: stats.ioBytes - progressBytes() };
    end(watchdog.check(performance.now(), used, () => pid !== undefined && hasRunnableThread(pid)));
  }
  function end(clock: WatchdogClock | null): void {
    if (!clock || firedClock || child.exitCode !== null || child.signalCode !== null) return;
    firedClock = clock;
    killGroup(child);
  }
  const first = setTimeout(sample, FIRST_SAMPLE_MS);
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    end,
    stop: () => {
      clearTimeout(first);
      clearInterval(timer);
    },
    measured: () => ({ firedClock, peakRssBytes, cpuMs }),
  };
}
