import { CompositionError } from '../composition/composition-error.js';
import { RenderError } from '../task/failure.js';
import { wasKilledFromOutside } from './process/run-tool.js';
import type { SupervisedResult } from './process/supervisor.js';

const MAX_CAUSE = 200;

/** The error for an ffmpeg that failed. Its message names no path of the server. */
export function renderFailed(result: SupervisedResult): RenderError {
  const how = result.signal
    ? `ffmpeg was ended by ${result.signal}`
    : `ffmpeg ended with code ${result.exitCode ?? -1}`;
  const said = firstError(result.stderrTail);
  return new RenderError('RENDER_FAILED', said === '' ? how : `${how}: ${said}`, { cause: result });
}

/** The first line that ffmpeg calls an error: those after it are its consequences. */
function firstError(stderr: string): string {
  const line = stderr.split('\n').find((text) => /\[(?:error|fatal|panic)\]/.test(text)) ?? '';
  return withoutPaths(line.replace(/\[(?:[^\]]* @ 0x[0-9a-f]+|error|fatal|panic)\] */g, '').trim()).slice(0, MAX_CAUSE);
}

function withoutPaths(text: string): string {
  return text.replace(/(?:file:)?(?:\/[^\s/:'"]+){2,}\/?/g, '…');
}

/** What ffmpeg says when a file that it writes cannot be written. */
const WRITE_FAILED =
  /(?:av_interleaved_write_frame|[Ee]rror (?:writing|muxing|submitting a packet to the muxer)).*Input\/output error/;

/**
 * Whether a step that failed so may succeed when it is repeated at once: the fault is a machine's, not the task's. A tool was killed from outside, there was no room
 * for a process, a disk failed, or a file was not stored. What a clock or a limit ended, ends the same way again.
 */
export function mayPass(error: unknown): boolean {
  const typed = asRenderError(error);
  if (!(typed instanceof RenderError)) return codeOf(error) === 'EIO';
  const { failure, cause } = typed;
  if (failure.reason === 'OUTPUT_NOT_STORED' || failure.reason === 'OUT_OF_PROCESSES') return true;
  if (failure.reason !== 'RENDER_FAILED') return false;
  const result = cause as Partial<SupervisedResult> | undefined;
  if (result?.stderrTail === undefined) return false;
  return wasKilledFromOutside(result as SupervisedResult) || WRITE_FAILED.test(result.stderrTail);
}

/** An error of a render as a RenderError where its cause is known, else as it is. */
export function asRenderError(error: unknown): unknown {
  if (error instanceof CompositionError)
    return new RenderError(error.reason, error.message, { field: error.field, cause: error });
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new RenderError('OUT_OF_DISK', 'the disk of the render server is full', { cause: error });
  return error;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
