import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RenderError, type FailureReason } from '../../task/failure.js';
import { runProgram } from '../process/run-program.js';
import { reasonOfClock, type ToolContext } from '../process/run-tool.js';
import type { SupervisedResult } from '../process/supervisor.js';
import type { DrawAnswer, DrawOrder } from './draw-protocol.js';

/** In the sources, which tests run, the program lies beside this file as TypeScript. */
const PROGRAM = fileURLToPath(new URL(`./picture-drawer${path.extname(import.meta.url)}`, import.meta.url));
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Runs the program that draws on some jobs, in the scratch folder and within the clocks of the attempt; each picture counts as progress.
 * @param orderFile where the jobs are handed over.
 * @returns what came of each job, in order.
 * @throws RenderError STALLED, NO_PROGRESS, DEADLINE_EXCEEDED, OUT_OF_MEMORY, OUT_OF_DISK or INTERNAL, with the field of the drawing that was under way; the reason of the
 * context's signal.
 */
export async function runDrawer(context: ToolContext, order: DrawOrder, orderFile: string): Promise<DrawAnswer[]> {
  await writeFile(path.join(context.cwd, orderFile), JSON.stringify(order));
  const result = await runProgram(context, {
    name: 'picture-drawer',
    file: PROGRAM,
    nodeOptions: [],
    args: [orderFile],
    inherit: [],
    maxStdoutBytes: MAX_ANSWER_BYTES,
  });
  const answers = answersIn(result.stdout.toString('utf8'));
  const next = order.jobs[answers.length];
  if (next) throw failureOf(result, next.drawing.field);
  return answers;
}

/** A line without its end is from a program that was killed while it wrote. */
function answersIn(stdout: string): DrawAnswer[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as DrawAnswer);
}

function failureOf(result: SupervisedResult, field: string): RenderError {
  const reason = reasonOf(result);
  return new RenderError(reason, MESSAGES[reason], { field, cause: result });
}

const MESSAGES = {
  STALLED: 'drawing hung: no CPU time and no I/O for too long',
  NO_PROGRESS: 'drawing a picture took too long',
  DEADLINE_EXCEEDED: 'the render exceeded its time limit',
  OUT_OF_MEMORY: 'the server ran out of memory while it drew a picture',
  OUT_OF_DISK: 'the disk of the render server is full',
  RENDER_FAILED: 'drawing went on past its end',
  INTERNAL: 'a picture could not be drawn',
} as const satisfies Partial<Record<FailureReason, string>>;

function reasonOf({ firedClock, signal, stderrTail }: SupervisedResult): keyof typeof MESSAGES {
  if (firedClock) return reasonOfClock(firedClock);
  if (signal === 'SIGKILL' || stderrTail.includes('heap out of memory')) return 'OUT_OF_MEMORY';
  return /ENOSPC|No space left on device/.test(stderrTail) ? 'OUT_OF_DISK' : 'INTERNAL';
}
