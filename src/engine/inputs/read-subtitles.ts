import type { SubtitleFile } from '../../composition/subtitles/parse-subtitles.js';
import { RenderError } from '../../task/failure.js';
import { MAX_SUBTITLE_BYTES } from '../limits.js';
import { unpackCues } from '../text/packed-cues.js';
import { runTextJob, type TextJobOptions } from '../text/run-text-job.js';
import { readAtMost } from './read-at-most.js';

/** The cues of a subtitle file. @throws RenderError SUBTITLES_NOT_READABLE, with the line in its message, or INPUT_EMPTY; as `runTextJob`. */
export async function readSubtitles(file: string, field: string, options: TextJobOptions): Promise<SubtitleFile> {
  const bytes = await readAtMost(file, MAX_SUBTITLE_BYTES);
  if (bytes === null) throw unreadable('a subtitle file may have at most 4 MiB', field);
  if (bytes.length === 0) throw new RenderError('INPUT_EMPTY', 'this file is empty', { field });
  const result = await runTextJob({ kind: 'parse', bytes, field }, options);
  if (result.kind === 'refused') throw unreadable(result.message, field);
  if (result.kind !== 'parsed') throw new RangeError('a job was answered by the result of another');
  return { cues: unpackCues(result.cues), warnings: result.warnings };
}

function unreadable(message: string, field: string): RenderError {
  return new RenderError('SUBTITLES_NOT_READABLE', message, { field });
}
