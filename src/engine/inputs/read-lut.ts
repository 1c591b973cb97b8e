import { createHash } from 'node:crypto';
import { RenderError } from '../../task/failure.js';
import type { GraphFile } from '../compositor/render-plan.js';
import { MAX_LUT_BYTES } from '../limits.js';
import { runTextJob, type TextJobOptions } from '../text/run-text-job.js';
import { readAtMost } from './read-at-most.js';

/**
 * The table of a `.cube` file, written anew and named after its content.
 * @throws RenderError INPUT_EMPTY, INPUT_TOO_LARGE, INPUT_NOT_SUPPORTED or INPUT_DAMAGED with the field; as `runTextJob`.
 */
export async function readLut(file: string, field: string, options: TextJobOptions): Promise<GraphFile> {
  const bytes = await readAtMost(file, MAX_LUT_BYTES);
  if (bytes === null) throw new RenderError('INPUT_TOO_LARGE', 'a .cube file may have at most 8 MiB', { field });
  if (bytes.length === 0) throw new RenderError('INPUT_EMPTY', 'this file is empty', { field });
  const result = await runTextJob({ kind: 'parse-cube', bytes }, options);
  if (result.kind === 'cube-refused')
    throw new RenderError(result.isDamaged ? 'INPUT_DAMAGED' : 'INPUT_NOT_SUPPORTED', result.message, { field });
  if (result.kind !== 'cube') throw new RangeError('a job was answered by the result of another');
  const { content } = result;
  return { name: `lut-${createHash('sha256').update(content).digest('hex').slice(0, 32)}.cube`, content };
}
