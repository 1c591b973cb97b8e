import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../process/run-program.js';
import type { ToolContext } from '../process/run-tool.js';
import type { SupervisedResult } from '../process/supervisor.js';
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
  const result = await runProgram(context, {
    name: 'image-reader',
    file: PROGRAM,
    nodeOptions: NODE_OPTIONS,
    args: [jobsFile],
    inherit: context.descriptorsIn(jobs.map(({ file }) => file)),
    maxStdoutBytes: MAX_ANSWER_BYTES,
  });
  return { answers: answersIn(result.stdout.toString('utf8')), result };
}

/** A line without its end is from a reader that was killed while it wrote. */
function answersIn(stdout: string): ImageAnswer[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as AnswerLine).answer);
}
