import { open } from 'node:fs/promises';
import type { Montage } from '../../composition/montage.js';
import { decodeText } from '../../composition/subtitles/decode-text.js';
import { parseSubtitles, type SubtitleFile } from '../../composition/subtitles/parse-subtitles.js';
import { SubtitleSyntaxError } from '../../composition/subtitles/subtitle-text.js';
import { RenderError } from '../../task/failure.js';
import { MAX_SUBTITLE_BYTES } from '../limits.js';
import type { Scratch } from '../scratch.js';
import type { FetchedFiles } from './fetch-inputs.js';

/** The text to show: that of the request, or that of its subtitle file. Null: none is asked for. @throws RenderError SUBTITLES_NOT_READABLE, with the line in its message. */
export async function readCues(montage: Montage, files: FetchedFiles, scratch: Scratch): Promise<SubtitleFile | null> {
  const source = montage.subtitles?.source;
  if (!source) return null;
  if (source.kind === 'cues') return { cues: source.cues, warnings: [] };
  const { uri, field } = source.asset;
  const unreadable = (message: string, cause?: unknown) =>
    new RenderError('SUBTITLES_NOT_READABLE', message, { field, cause });
  const bytes = await readAtMost(scratch.path(files.get(uri) ?? ''), MAX_SUBTITLE_BYTES);
  if (bytes === null) throw unreadable('a subtitle file may have at most 4 MiB');
  if (bytes.length === 0) throw new RenderError('INPUT_EMPTY', 'this file is empty', { field });
  try {
    return parseSubtitles(decodeText(bytes), field);
  } catch (error) {
    if (error instanceof SubtitleSyntaxError) throw unreadable(error.message, error);
    throw error;
  }
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
