import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnv } from '../toolchain.js';
import { inTurn, reasonOfClock, type ToolContext } from '../process/run-tool.js';
import { runSupervised, type SupervisedResult } from '../process/supervisor.js';
import type { AnswerLine, ImageAnswer, ImageJob } from './image-protocol.js';

/** How a run of the reader ended, and its answers to the first jobs: to all of them unless it was killed or failed. */
export interface ReaderRun {
  readonly answers: readonly ImageAnswer[];
  readonly result: SupervisedResult;
}

/** In the sources, which tests run, the program lies beside this file as TypeScript. */
const PROGRAM = fileURLToPath(new URL(`./image-reader${path.extname(import.meta.url)}`, import.meta.url));
/** Without it WebAssembly reserves ten gigabytes of addresses for each memory, which a limit of address space may not allow. */
const NODE_OPTIONS = ['--disable-wasm-trap-handler'];
/** An answer is 300 bytes, and ten more for each frame of an animation. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Runs the reader of images on some jobs, in the scratch folder and within the clocks of the attempt; each frame that is done counts as progress.
 * @param jobsFile where the jobs are handed over.
 * @throws the reason of the context's signal.
 */
export async function runImageReader(
  context: ToolContext,
  jobs: readonly ImageJob[],
  jobsFile: string,
): Promise<ReaderRun> {
  await writeFile(path.join(context.cwd, jobsFile), JSON.stringify(jobs));
  return inTurn(context, () => runNow(context, jobs, jobsFile));
}

async function runNow(context: ToolContext, jobs: readonly ImageJob[], jobsFile: string): Promise<ReaderRun> {
  const startedMs = performance.now();
  let result: SupervisedResult | null = null;
  try {
    result = await runSupervised({
      program: process.execPath,
      args: [...NODE_OPTIONS, ...loaderOptions(process.execArgv), PROGRAM, jobsFile],
      wrapper: context.toolchain.wrapper,
      cwd: context.cwd,
      inherit: context.descriptorsIn(jobs.map(({ file }) => file)),
      // One arena: several would keep what each has freed.
      env: { ...toolEnv(), MALLOC_ARENA_MAX: '1' },
      clocks: { ...context.clocks, totalMs: Math.min(context.clocks.totalMs, context.deadlineMs - startedMs) },
      signal: context.signal,
      onProgress: () => undefined,
      maxStdoutBytes: MAX_ANSWER_BYTES,
    });
  } finally {
    recordRun(context, jobsFile, result, performance.now() - startedMs);
  }
  return { answers: answersIn(result.stdout.toString('utf8')), result };
}

/** A process that was started with a loader, such as one for TypeScript, needs it for the program too; it needs nothing else of its options. */
function loaderOptions(options: readonly string[]): string[] {
  return options.flatMap((option, i) => {
    if (option.startsWith('--import=')) return [option];
    return option === '--import' ? [option, options[i + 1] ?? ''] : [];
  });
}

/** A line without its end is from a reader that was killed while it wrote. */
function answersIn(stdout: string): ImageAnswer[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as AnswerLine).answer);
}

function recordRun(context: ToolContext, jobsFile: string, result: SupervisedResult | null, wallMs: number): void {
  context.record({
    program: 'image-reader',
    arguments: [jobsFile],
    filterGraph: '',
    exitCode: result?.exitCode ?? -1,
    signal: result ? (result.signal ?? '') : 'SIGKILL',
    watchdog: result?.firedClock ? reasonOfClock(result.firedClock) : '',
    stderr: result?.stderrTail ?? '',
    lastProgress: '',
    peakMemoryBytes: result?.peakRssBytes ?? 0,
    cpuMs: Math.round(result?.cpuMs ?? 0),
    wallMs: Math.round(wallMs),
  });
}
