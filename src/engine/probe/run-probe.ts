import { stat } from 'node:fs/promises';
import path from 'node:path';
import { RenderError } from '../../task/failure.js';
import { INPUT_GUARDS, MAX_ALLOC_BYTES, MAX_PIXELS, MAX_PROBE_BYTES } from '../limits.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import type { SupervisedResult } from '../process/supervisor.js';
import { parseProbeJson, type ProbeJson } from './probe-json.js';

/** A file to look at: relative to the scratch folder, and the field of the request that named it. */
export interface ProbeTarget {
  readonly file: string;
  readonly field: string;
}

/** Runs ffprobe on an input within the guards that every input is opened with. @throws RenderError with the target's field. */
export async function probe(context: ToolContext, target: ProbeTarget, args: readonly string[]): Promise<ProbeJson> {
  return (await probeWithErrors(context, target, args)).json;
}

/** The same, with the end of what ffprobe complained of. */
export async function probeWithErrors(
  context: ToolContext,
  target: ProbeTarget,
  args: readonly string[],
): Promise<{ readonly json: ProbeJson; readonly errors: string }> {
  const { field, file } = target;
  const { size } = await stat(path.join(context.cwd, file));
  if (size === 0) throw new RenderError('INPUT_EMPTY', 'this file is empty', { field });
  const result = await runTool(
    context,
    'ffprobe',
    [
      '-v',
      'level+error',
      '-max_alloc',
      String(MAX_ALLOC_BYTES),
      ...INPUT_GUARDS,
      ...args,
      '-of',
      'json=compact=1',
      `file:${file}`,
    ],
    {
      field,
      maxStdoutBytes: MAX_PROBE_BYTES,
    },
  ).catch((error: unknown) => {
    throw sizeError(error, field);
  });
  if (result.stdoutOverflow) throw new RenderError('INPUT_TOO_LARGE', 'this file has too many frames', { field });
  if (
    /exceeds specified max pixel count|Picture size \d+x\d+ is invalid|Dimensions .*(?:invalid|too large)/i.test(
      result.stderrTail,
    )
  )
    throw tooManyPixels(field);
  if (result.exitCode !== 0) throw unreadable(result, field);
  return { json: parseProbeJson(result.stdout.toString('utf8')), errors: result.stderrTail };
}

function unreadable(result: SupervisedResult, field: string): RenderError {
  if (result.stderrTail.includes('moov atom not found')) {
    return new RenderError('INPUT_TRUNCATED', 'this file is incomplete: the index at its end is missing', {
      field,
      cause: result,
    });
  }
  return new RenderError('INPUT_NOT_MEDIA', 'this file is no video, image or audio that can be read', {
    field,
    cause: result,
  });
}

/** An input that takes all memory just to be looked at is the caller's matter. */
function sizeError(error: unknown, field: string): unknown {
  return error instanceof RenderError && error.failure.reason === 'OUT_OF_MEMORY' ? tooManyPixels(field, error) : error;
}

/** The refusal of frames of too many pixels. */
export function tooManyPixels(field: string, cause?: unknown): RenderError {
  return new RenderError('INPUT_TOO_LARGE', `a frame may have at most ${MAX_PIXELS / 1e6} million pixels`, {
    field,
    cause,
  });
}
