import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import { createProgressParser, type ProgressBlock } from './progress.js';
import { readProcessStats } from './process-stats.js';
import { createTextTail } from './text-tail.js';
import { createWatchdog, type Clocks, type Watchdog, type WatchdogClock } from './watchdog.js';

/** A program to run and the limits to run it within. */
export interface SupervisedCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** What starts the program, such as `setpriv --pdeathsig KILL --`; see `Toolchain.wrapper`. */
  readonly wrapper: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly clocks: Clocks;
  readonly signal: AbortSignal;
  /** Called for each `-progress` block that the program writes to descriptor 3. */
  readonly onProgress?: (block: ProgressBlock) => void;
  /** How much standard output is collected; 0 or absent: it is thrown away. */
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

/** Memory can grow by 300 MB/s: a measurement every quarter of a second keeps the overshoot below 100 MB. */
const SAMPLE_MS = 250;
/** Many a probe is over before that. */
const FIRST_SAMPLE_MS = 50;
const STDERR_TAIL_BYTES = 64 * 1024;
/** Pipes are normally at their end when the process is; a descendant that inherited them must not hold up the result. */
const DRAIN_MS = 200;
/** Below what serves callers. */
const NICENESS = 5;

/**
 * Runs a program to its end, whatever that is: an exit code, a signal or a clock is a result, not an error.
 * The program has a process group of its own, which is killed (SIGKILL: hung programs do not obey SIGTERM) when a clock
 * runs out or `signal` fires; all of it is dead when this settles.
 * @throws the reason of `signal` when it fires; the system's error when the program cannot be started.
 */
export async function runSupervised(command: SupervisedCommand): Promise<SupervisedResult> {
  command.signal.throwIfAborted();
  const child = start(command);
  const watchdog = createWatchdog(command.clocks, performance.now());
  const stderr = createTextTail(STDERR_TAIL_BYTES);
  const stdout = collectStdout(child, command.maxStdoutBytes ?? 0);
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr.push(chunk);
  });
  followProgress(child, watchdog, command.onProgress);

  const kill = () => {
    killGroup(child);
  };
  command.signal.addEventListener('abort', kill, { once: true });
  const sampler = startSampler(child, watchdog);
  try {
    const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await drain(child);
    command.signal.throwIfAborted();
    return { exitCode, signal, ...sampler.measured(), ...stdout(), stderrTail: stderr.text() };
  } finally {
    sampler.stop();
    command.signal.removeEventListener('abort', kill);
  }
}

function start(command: SupervisedCommand): ChildProcess {
  const [program = command.program, ...args] = [...command.wrapper, command.program, ...command.args];
  const child = spawn(program, args, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: command.env,
    detached: true,
    stdio: ['ignore', command.maxStdoutBytes ? 'pipe' : 'ignore', 'pipe', command.onProgress ? 'pipe' : 'ignore'],
  });
  if (child.pid !== undefined) {
    try {
      setPriority(child.pid, NICENESS);
    } catch {
      // It ended already, or may not be lowered: no reason not to run.
    }
  }
  return child;
}

function killGroup(child: ChildProcess): void {
  // Once the leader was reaped its number may belong to another process.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
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

function followProgress(child: ChildProcess, watchdog: Watchdog, onProgress?: (block: ProgressBlock) => void): void {
  const pipe = child.stdio[3] as Readable | null | undefined;
  if (!pipe || !onProgress) return;
  let last = '';
  const parse = createProgressParser((block) => {
    // ffmpeg also reports while it waits: only a change is progress.
    const state = `${block.frame ?? ''} ${block.outTimeUs ?? ''} ${block.totalBytes ?? ''}`;
    if (state !== last) watchdog.progressed(performance.now());
    last = state;
    onProgress(block);
  });
  pipe.on('data', parse);
  pipe.on('error', () => undefined);
}

interface Sampler {
  stop(): void;
  measured(): { firedClock: WatchdogClock | null; peakRssBytes: number; cpuMs: number };
}

function startSampler(child: ChildProcess, watchdog: Watchdog): Sampler {
  let firedClock: WatchdogClock | null = null;
  let peakRssBytes = 0;
  let cpuMs = 0;
  let busy = false;
  async function sample(): Promise<void> {
    const stats = child.pid === undefined ? null : await readProcessStats(child.pid);
    if (stats) {
      peakRssBytes = Math.max(peakRssBytes, stats.peakRssBytes, stats.rssBytes);
      cpuMs = Math.max(cpuMs, stats.cpuMs);
    }
    if (firedClock || child.exitCode !== null || child.signalCode !== null) return;
    firedClock = watchdog.check(performance.now(), stats);
    if (firedClock) killGroup(child);
  }
  function sampleOnce(): void {
    if (busy) return;
    busy = true;
    void sample().finally(() => {
      busy = false;
    });
  }
  const first = setTimeout(sampleOnce, FIRST_SAMPLE_MS);
  const timer = setInterval(sampleOnce, SAMPLE_MS);
  return {
    stop: () => {
      clearTimeout(first);
      clearInterval(timer);
    },
    measured: () => ({ firedClock, peakRssBytes, cpuMs }),
  };
}

/** Waits, not for ever, for what the pipes still hold. */
async function drain(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr, child.stdio[3] as Readable | null | undefined];
  const open = streams.filter(
    (stream): stream is Readable => stream !== null && stream !== undefined && !stream.closed,
  );
  const timeout = AbortSignal.timeout(DRAIN_MS);
  await Promise.all(open.map(async (stream) => once(stream, 'close', { signal: timeout }))).catch(() => undefined);
  for (const stream of open) stream.destroy();
}
