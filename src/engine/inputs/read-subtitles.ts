import { open } from 'node:fs/promises';
import { decodeText } from '../../composition/subtitles/decode-text.js';
import { parseSubtitles, type SubtitleFile } from '../../composition/subtitles/parse-subtitles.js';
import { SubtitleSyntaxError } from '../../composition/subtitles/subtitle-text.js';
import type { Warning } from '../../composition/warning.js';
import { RenderError } from '../../task/failure.js';
import { MAX_SUBTITLE_BYTES } from '../limits.js';
import { guessEncoding } from './guess-encoding.js';

/** The cues of a subtitle file. @throws RenderError SUBTITLES_NOT_READABLE, with the line in its message, or INPUT_EMPTY. */
export async function readSubtitles(file: string, field: string): Promise<SubtitleFile> {
  const unreadable = (message: string, cause?: unknown) =>
    new RenderError('SUBTITLES_NOT_READABLE', message, { field, cause });
  const bytes = await readAtMost(file, MAX_SUBTITLE_BYTES);
  if (bytes === null) throw unreadable('a subtitle file may have at most 4 MiB');
  if (bytes.length === 0) throw new RenderError('INPUT_EMPTY', 'this file is empty', { field });
  try {
    const { text, assumed } = decodeText(bytes, guessEncoding);
    const { cues, warnings } = parseSubtitles(text, field);
    return { cues, warnings: [...(assumed === null ? [] : [assumedWarning(assumed, field)]), ...warnings] };
  } catch (error) {
    if (error instanceof SubtitleSyntaxError) throw unreadable(error.message, error);
    throw error;
  }
}

function assumedWarning(encoding: string, field: string): Warning {
  const message = `this file is not text in UTF-8; it was read as ${encoding}. Convert it to UTF-8 if the captions are wrong`;
  return { code: 'SUBTITLE_ENCODING_ASSUMED', message, field, count: 1 };
}

async function readAtMost(file: string, maxBytes: number): Promise<Buffer | null> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    return size > maxBytes ? null : await handle.readFile();
  } finally {
    await handle.close();
  }
}
