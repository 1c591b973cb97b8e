import { oneAtATime } from '../../../composition/subtitles/cues-in.js';
import { vttText, withoutGaps } from '../../../composition/subtitles/print-subtitles.js';
import { RenderError } from '../../../task/failure.js';
import type { SubtitleCoding } from '../output-profile.js';

export const VTT_TYPE = 'text/vtt';

/** Of MP4 and MOV (3GPP TS 26.245). ffmpeg takes braces and backslashes for styles on the way, whatever stands before them. */
export const MOV_TEXT: SubtitleCoding = {
  codec: 'mov_text',
  encoder: 'mov_text',
  prepare: (cues) => {
    const joined = oneAtATime(cues, MOV_TEXT_LIMITS);
    if (joined === null) throw new RenderError('MEMORY_LIMIT_EXCEEDED', TOO_MUCH_AT_ONCE);
    return joined.map((cue) => ({ ...cue, text: cue.text.replace(/[{}\\]/g, (mark) => FULL_WIDTH[mark] ?? mark) }));
  },
  stored: withoutGaps,
  // Its length.
  headBytes: 2,
  slackUs: 2_000,
};

/** A sample begins with its length in 16 bits, and a mark in full width has three bytes. */
const MOV_TEXT_LIMITS = { bytesEach: 65_535 / 3, characters: 16 * 1024 * 1024 };
const TOO_MUCH_AT_ONCE =
  'the subtitles that are seen at the same time are too long for the track of text of an MP4: use fewer that overlap, or CAPTIONS_SIDECAR';

const FULL_WIDTH: Readonly<Record<string, string>> = { '{': '\uFF5B', '}': '\uFF5D', '\\': '\uFF3C' };

/** Of WebM, with the text as it is. All of its times move by the silence before Opus when a file is copied: 7 ms each time. */
export const WEBVTT: SubtitleCoding = {
  codec: 'webvtt',
  encoder: 'copy',
  prepare: (cues) => cues,
  stored: vttText,
  headBytes: 0,
  slackUs: 25_000,
};
