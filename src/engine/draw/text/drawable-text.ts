const BOX = '□';
/** Takes no room, joins the character before it, and is in every font: none needs to have it. */
const NOTHING = '\u034F';
const MARK = /\p{M}/u;
/** Controls but the line feed, and line ends of other systems. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu;

/**
 * A text as it is drawn: characters that no font has become boxes, since the canvas would look for them in the fonts of the machine; controls become spaces. Every
 * character keeps its place.
 */
export function drawableText(text: string, missing: readonly number[]): string {
  const isMissing = new Set(missing);
  return Array.from(
    text.replace(CONTROLS, (control) => (control === '\n' ? control : ' ')),
    (character) => {
      if (!isMissing.has(character.codePointAt(0) ?? 0)) return character;
      return (MARK.test(character) ? NOTHING : BOX).padEnd(character.length, NOTHING);
    },
  ).join('');
}
