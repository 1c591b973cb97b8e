/** From when to when, in microseconds; as it is written, so the end may be before the start. */
export interface TimeSpan {
  readonly startUs: number;
  readonly endUs: number;
}

/** `00:01:02,345 --> 00:01:04.5 X1:…`: hours may be missing, and comma and dot both stand for the decimal point. */
const TIME_SPAN =
  /^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,6}))?\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,6}))?(?:\s.*)?$/;

/** Reads the line of SubRip and WebVTT that says when a cue is seen; what follows on it (coordinates, settings) is not looked at. Null: it is no such line. */
export function parseTimeSpan(line: string): TimeSpan | null {
  const match = TIME_SPAN.exec(line);
  return match ? { startUs: timeUs(match.slice(1, 5)), endUs: timeUs(match.slice(5, 9)) } : null;
}

/** Whether a line is meant as a time span: one that cannot be read is worth a word, whereas text may well have an arrow in it. Files that were moved to earlier times have negative ones. */
export function looksLikeTimeSpan(line: string): boolean {
  return /^\s*-?\d[\d:.,\s]*--?>/.test(line);
}

/** A time by its parts as written: hours, minutes, seconds, and the digits after the decimal point. */
export function timeUs([hours, minutes, seconds, fraction]: readonly (string | undefined)[]): number {
  const whole = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
  return whole * 1_000_000 + Number((fraction ?? '').padEnd(6, '0'));
}
