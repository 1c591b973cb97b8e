import { toolEnv } from '../toolchain.js';
import { loaderOptions } from './loader-options.js';
import { inTurn, reasonOfClock, type ToolContext } from './run-tool.js';
import type { SupervisedResult } from './supervisor.js';

/** A program of ours: a file of JavaScript that Node runs in a process of its own. */
export interface Program {
  /** For the record. */
  readonly name: string;
  readonly file: string;
  readonly nodeOptions: readonly string[];
  readonly args: readonly string[];
  /** Descriptors that it inherits. */
  readonly inherit: readonly number[];
  readonly maxStdoutBytes: number;
}

/**
 * Runs a program of ours in the scratch folder, in the cage and within the clocks of the attempt. It reports progress on descriptor 3 as ffmpeg does. Any
 * end of it is a result.
 * @throws the reason of the context's signal.
 */
export function runProgram(context: ToolContext, program: Program): Promise<SupervisedResult> {
  return inTurn(context, () => runNow(context, program));
}

async function runNow(context: ToolContext, program: Program): Promise<SupervisedResult> {
  const { name, file, nodeOptions, args, inherit, maxStdoutBytes } = program;
  const startedMs = performance.now();
  let result: SupervisedResult | null = null;
  try {
    result = await context.supervise({
      program: process.execPath,
      args: [...nodeOptions, ...loaderOptions(process.execArgv), file, ...args],
      wrapper: context.toolchain.wrapper,
      cwd: context.cwd,
      inherit,
      // One arena: several would keep what each has freed.
      env: { ...toolEnv(), MALLOC_ARENA_MAX: '1' },
      clocks: { ...context.clocks, totalMs: Math.min(context.clocks.totalMs, context.deadlineMs - startedMs) },
      signal: context.signal,
      onProgress: () => undefined,
      maxStdoutBytes,
    });
  } finally {
    context.record({
      program: name,
      arguments: args,
      filterGraph: '',
      exitCode: result?.exitCode ?? -1,
      signal: result ? (result.signal ?? '') : 'SIGKILL',
      watchdog: result?.firedClock ? reasonOfClock(result.firedClock) : '',
      stderr: result?.stderrTail ?? '',
      lastProgress: '',
      peakMemoryBytes: result?.peakRssBytes ?? 0,
      cpuMs: Math.round(result?.cpuMs ?? 0),
      wallMs: Math.round(performance.now() - startedMs),
    });
  }
  return result;
}
