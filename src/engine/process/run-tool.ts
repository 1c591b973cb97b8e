import type { CommandRun } from '../../task/diagnostics.js';
import { RenderError, type FailureReason } from '../../task/failure.js';
import type { Gate } from '../../task/gate.js';
import { toolEnv, type Toolchain } from '../toolchain.js';
import type { ProgressBlock } from './progress.js';
import type { Supervise, SupervisedResult } from './supervisor.js';
import type { PlannedLength } from './useful-progress.js';
import type { Clocks, WatchdogClock } from './watchdog.js';

/** The place and the limits of the tools of one attempt. */
export interface ToolContext {
  readonly toolchain: Toolchain;
  /** The attempt's scratch folder. Inputs are links in it, so that no path of the server is in a command line. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Open inputs that these arguments name, which the tool inherits. */
  readonly descriptorsIn: (args: readonly string[]) => readonly number[];
  readonly clocks: Clocks;
  /** Where tools wait for their turn. Default: they start at once. */
  readonly gate?: Gate;
  /** Runs a tool. */
  readonly supervise: Supervise;
  /** When the attempt must be over, in monotonic milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Takes the record of every tool, also of one that was killed. */
  readonly record: (run: CommandRun) => void;
}

export interface ToolOptions {
  /** The filter graph that the arguments name by a file; for the record. */
  readonly graph?: string;
  /** The field of the request that a failure is about, when there is one. */
  readonly field?: string;
  readonly onProgress?: (block: ProgressBlock) => void;
  /** Where the output ends: a tool that goes on past it is ended. */
  readonly planned?: PlannedLength;
  readonly onStderr?: (chunk: Buffer) => void;
  readonly maxStdoutBytes?: number;
}

/**
 * Runs ffmpeg or ffprobe to its end; any exit code is a result.
 * @throws RenderError STALLED, NO_PROGRESS, DEADLINE_EXCEEDED or OUT_OF_MEMORY when a clock ran out, RENDER_FAILED when the tool went past
 * its planned end or was killed by another process, OUT_OF_DISK when the disk is full.
 */
export function runTool(
  context: ToolContext,
  tool: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  options: ToolOptions = {},
): Promise<SupervisedResult> {
  return inTurn(context, () => runNow(context, tool, args, options));
}

/** Starts the work of a tool when the context lets it. */
export function inTurn<T>({ gate, signal }: ToolContext, work: () => Promise<T>): Promise<T> {
  return gate ? gate.run(work, signal) : work();
}

async function runNow(
  context: ToolContext,
  tool: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  options: ToolOptions,
): Promise<SupervisedResult> {
  const { toolchain, cwd, clocks, signal } = context;
  const startedMs = performance.now();
  let lastBlock: ProgressBlock | null = null;
  const onProgress = (block: ProgressBlock) => {
    lastBlock = block;
    options.onProgress?.(block);
  };
  let result: SupervisedResult | null = null;
  try {
    result = await context.supervise({
      program: toolchain[tool],
      args,
      wrapper: toolchain.wrapper,
      cwd,
      env: { ...toolEnv(), ...context.env },
      inherit: context.descriptorsIn(args),
      clocks: { ...clocks, totalMs: Math.min(clocks.totalMs, context.deadlineMs - startedMs) },
      signal,
      ...(options.onProgress ? { onProgress } : {}),
      ...(options.planned ? { planned: options.planned } : {}),
      ...(options.onStderr ? { onStderr: options.onStderr } : {}),
      ...(options.maxStdoutBytes === undefined ? {} : { maxStdoutBytes: options.maxStdoutBytes }),
    });
  } finally {
    context.record(
      commandRun({
        program: tool,
        args,
        graph: options.graph ?? '',
        result,
        lastBlock,
        wallMs: performance.now() - startedMs,
      }),
    );
  }
  if (wasKilledFromOutside(result))
    throw new RenderError('RENDER_FAILED', `${tool} was ended by ${result.signal ?? ''}`, { cause: result });
  const reason = reasonOf(result);
  if (reason) throw new RenderError(reason, MESSAGES[reason], { field: options.field ?? '', cause: result });
  return result;
}

const MESSAGES = {
  STALLED: 'the render hung: no progress, no CPU time and no I/O for too long',
  NO_PROGRESS: 'the render made no progress for too long, though it was busy',
  DEADLINE_EXCEEDED: 'the render exceeded its time limit',
  OUT_OF_MEMORY: 'the render exceeded its memory limit',
  OUT_OF_DISK: 'the disk of the render server is full',
  RENDER_FAILED: 'the render went on past its planned end',
} as const satisfies Partial<Record<FailureReason, string>>;

interface Ran {
  readonly program: string;
  readonly args: readonly string[];
  readonly graph: string;
  /** Null: killed from outside. */
  readonly result: SupervisedResult | null;
  readonly lastBlock: ProgressBlock | null;
  readonly wallMs: number;
}

function commandRun({ program, args, graph, result, lastBlock, wallMs }: Ran): CommandRun {
  return {
    program,
    arguments: args,
    filterGraph: graph,
    exitCode: result?.exitCode ?? -1,
    signal: result ? (result.signal ?? '') : 'SIGKILL',
    watchdog: result?.firedClock ? reasonOfClock(result.firedClock) : '',
    stderr: result?.stderrTail ?? '',
    lastProgress: lastBlock ? progressLines(lastBlock) : '',
    peakMemoryBytes: result?.peakRssBytes ?? 0,
    cpuMs: Math.round(result?.cpuMs ?? 0),
    wallMs: Math.round(wallMs),
  };
}

function progressLines({ frame, outTimeUs, totalBytes, speed, ended }: ProgressBlock): string {
  const values = { frame, out_time_us: outTimeUs, total_size: totalBytes, speed };
  const lines = Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]));
  return [...lines, `progress=${ended ? 'end' : 'continue'}`].join('\n');
}

/** Signals by which people and systems end processes, the kernel when memory is short among them. A tool that crashes has others. */
const KILLS: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);

/** Whether another process than this one ended a tool: that says nothing of its input. */
export function wasKilledFromOutside({ signal, firedClock, stdoutOverflow }: SupervisedResult): boolean {
  return signal !== null && KILLS.has(signal) && firedClock === null && !stdoutOverflow;
}

function reasonOf(result: SupervisedResult): keyof typeof MESSAGES | null {
  if (result.firedClock) return reasonOfClock(result.firedClock);
  if (result.exitCode === 0) return null;
  if (result.stderrTail.includes('No space left on device')) return 'OUT_OF_DISK';
  return result.stderrTail.includes('Cannot allocate memory') ? 'OUT_OF_MEMORY' : null;
}

/** The failure that a clock which ran out stands for. */
export function reasonOfClock(clock: WatchdogClock): keyof typeof MESSAGES {
  switch (clock) {
    case 'STALL':
      return 'STALLED';
    case 'NO_PROGRESS':
      return 'NO_PROGRESS';
    case 'TOTAL':
      return 'DEADLINE_EXCEEDED';
    case 'MEMORY':
      return 'OUT_OF_MEMORY';
    case 'OVERRUN':
      return 'RENDER_FAILED';
  }
}
