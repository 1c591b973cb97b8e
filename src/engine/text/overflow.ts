import { RenderError } from '../../task/failure.js';
import type { TextJob } from './text-job.js';

/** What is told of a job that was too large. */
type SizedJob =
  | Pick<Extract<TextJob, { kind: 'parse' }>, 'kind' | 'field'>
  | Pick<Extract<TextJob, { kind: 'parse-cube' }>, 'kind'>
  | { readonly kind: 'lay-out'; readonly layer: { readonly field: string } };

/** What V8 says of a text or list that is longer than it can hold, and of a stack that is deeper. */
const OVERFLOW =
  /^(?:Invalid (?:string|array|typed array) length|Array buffer allocation failed|Maximum call stack size exceeded|Cannot create a string longer than)/;

/** The failure that an error of a job stands for if the job was too large; trying again changes nothing. Null: it was not. */
export function overflowOf(error: unknown, job: SizedJob): RenderError | null {
  return isOverflow(error) ? tooMuchText(job, error) : null;
}

function isOverflow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' || OVERFLOW.test(error.message);
}

const TOO_LARGE_A_FILE = 'this file needs more memory than reading it may take: use a smaller one';

function tooMuchText(job: SizedJob, cause: unknown): RenderError {
  switch (job.kind) {
    case 'parse':
      return new RenderError('MEMORY_LIMIT_EXCEEDED', TOO_LARGE_A_FILE, { field: job.field, cause });
    case 'parse-cube':
      return new RenderError('MEMORY_LIMIT_EXCEEDED', TOO_LARGE_A_FILE, { cause });
    case 'lay-out': {
      const message =
        'these subtitles need more memory than laying them out may take: use fewer or shorter cues, leave out `highlight`, or divide the video';
      return new RenderError('MEMORY_LIMIT_EXCEEDED', message, { field: job.layer.field, cause });
    }
  }
}
