/** Invisible, and no letter: what follows a backslash is then no command. */
const WORD_JOINER = '\u2060';

/** What a caller's text may not bring along: control characters, and marks that end a line in some readers. */
const CONTROLS = /[\u0000-\u0008\u000E-\u001F\u007F\uFEFF]/g;
const INVISIBLE = /[\s\p{Default_Ignorable_Code_Point}]/gu;
const LINE_BREAKS = /\r\n|[\n\r\u000B\u000C\u0085\u2028\u2029]/g;

/** Whether there is anything to see of a text: subtitle files have cues of nothing but marks of direction or joining, on which a box would be empty. */
export function isVisible(text: string): boolean {
  return toLines(text).join('').replace(INVISIBLE, '') !== '';
}

/** The lines of a text, whatever line ends it has, without control characters and space at the edges. */
export function toLines(text: string): string[] {
  return text
    .replace(LINE_BREAKS, '\n')
    .replace(CONTROLS, '')
    .split('\n')
    .map((line) => line.replace(/\t/g, ' ').trim());
}

/**
 * Makes lines the text of an ASS dialogue that shows exactly these characters. Nothing in them is read as an override block
 * (`{…}`) or as a command (`\N`, `\h`).
 */
export function toAssText(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/\\/g, `\\${WORD_JOINER}`).replace(/[{}]/g, '\\$&')).join('\\N');
}
