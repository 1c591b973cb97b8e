import type { Cue } from './montage.js';

/** A file that has no cue in it. */
export class SubtitleSyntaxError extends Error {
  override readonly name = 'SubtitleSyntaxError';
}

/** `00:01:02,345 --> 00:01:04.5 X1:…`: hours may be missing, and comma and dot both stand for the decimal point. */
const TIMING = /^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,6}))?\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,6}))?(?:\s.*)?$/;

/** Mark-up that players understand and that would otherwise show as text: HTML-like tags and SSA overrides. */
const MARKUP = /<\/?(?:b|i|u|s|font|c|v|lang|ruby|rt)(?:[\s.][^>]*)?>|\{\\[^}]*\}/gi;

/**
 * Reads SubRip text as players do, not as the few who specified it did: byte order mark, any line ends, numbers missing or wrong,
 * no empty line between cues or after the last. A cue without text or that ends before it starts is left out.
 * Overlapping cues are kept. The result is in order of start.
 * @throws SubtitleSyntaxError when there is not one cue.
 */
export function parseSrt(text: string): Cue[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const timings = lines.flatMap((line, i) => {
    const match = TIMING.exec(line);
    return match ? [{ line: i, startUs: timeUs(match, 1), endUs: timeUs(match, 5) }] : [];
  });
  const cues = timings.flatMap(({ line, startUs, endUs }, i) => {
    const next = timings[i + 1]?.line ?? lines.length;
    const body = textBetween(lines, line + 1, next, i < timings.length - 1);
    return body !== '' && endUs > startUs ? [{ startUs, endUs, text: body }] : [];
  });
  if (cues.length === 0) throw new SubtitleSyntaxError('there is no subtitle in this file');
  return cues.sort((a, b) => a.startUs - b.startUs);
}

/** The text of one cue: all lines up to the next timing, less the number that belongs to the next cue. Empty lines part cues, but some files have them inside too. */
function textBetween(lines: readonly string[], from: number, to: number, beforeNext: boolean): string {
  const body = lines.slice(from, to);
  if (beforeNext && /^\s*\d+\s*$/.test(body.at(-1) ?? '')) body.pop();
  const text = body.map((line) => line.replace(MARKUP, '').trim());
  return text.filter((line) => line !== '').join('\n');
}

function timeUs(match: RegExpExecArray, first: number): number {
  const [hours, minutes, seconds, fraction] = [0, 1, 2, 3].map((n) => match[first + n]);
  const whole = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
  return whole * 1_000_000 + Number((fraction ?? '').padEnd(6, '0'));
}
