import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { linkSignals } from '../../task/abort.js';
import { RenderError } from '../../task/failure.js';
import { overflowOf } from './overflow.js';
import type { TextJob, TextResult } from './text-job.js';

/** In the sources, which tests run, the program lies beside this file as TypeScript. */
const PROGRAM = new URL(`./text-worker${path.extname(import.meta.url)}`, import.meta.url);

/** Ten times what a file of 4 MiB needs. */
const MAX_HEAP_MB = 2_048;

export interface TextJobOptions {
  /** When it must be over, in monotonic milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * Does a job in a thread of its own, so that this one can serve others meanwhile.
 * @throws RenderError DEADLINE_EXCEEDED; MEMORY_LIMIT_EXCEEDED, since the limits of a job are the same at every try; the reason of the signal; the job's own error.
 */
export async function runTextJob(job: TextJob, { deadlineMs, signal: outer }: TextJobOptions): Promise<TextResult> {
  outer.throwIfAborted();
  const link = linkSignals([outer], { timeoutMs: deadlineMs - performance.now() });
  const worker = new Worker(PROGRAM, { workerData: job, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  try {
    const [result] = (await once(worker, 'message', { signal: link.signal })) as [TextResult];
    return result;
  } catch (error) {
    outer.throwIfAborted();
    if (link.hasTimedOut())
      throw new RenderError('DEADLINE_EXCEEDED', 'the render exceeded its time limit', { cause: error });
    throw overflowOf(error, job) ?? error;
  } finally {
    link.release();
    await worker.terminate();
  }
}
