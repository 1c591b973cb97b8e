import type { Cue } from '../captions.js';

/** Cues as SubRip. */
export function printSrt(cues: readonly Cue[]): string {
  return cues
    .map(({ startUs, endUs, text }, i) => {
      const [start, end] = [time(startUs, ','), time(endUs, ',')];
      return `${i + 1}\n${start} --> ${end}\n${withoutGaps(text)}\n`;
    })
    .join('\n');
}

/** Cues as WebVTT. */
export function printVtt(cues: readonly Cue[]): string {
  const blocks = cues.map(({ startUs, endUs, text }) => {
    return `${time(startUs, '.')} --> ${time(endUs, '.')}\n${vttText(text)}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

/** The text of a cue as WebVTT has it. */
export function vttText(text: string): string {
  return withoutGaps(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** An empty line ends a cue in both formats. */
export function withoutGaps(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n');
}

/** `01:02:03.004`. */
function time(us: number, point: '.' | ','): string {
  const ms = Math.round(us / 1000);
  const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, '0');
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60];
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}${point}${pad(ms % 1000, 3)}`;
}
