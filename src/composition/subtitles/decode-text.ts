import { SubtitleSyntaxError } from './subtitle-text.js';

const LINE_FEED = 0x0a;

/** The text of a file, without a byte order mark. */
export interface DecodedText {
  readonly text: string;
  /** The encoding that was assumed, for people; null: the file says it, or can be no other. */
  readonly assumed: string | null;
}

/**
 * Decodes a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark; one that is none of them in the encoding that is guessed.
 * @param guess says which legacy encoding bytes are probably in, by its name in the WHATWG standard; null: it cannot tell.
 * @throws SubtitleSyntaxError when it cannot be decoded, with the first line that shows it.
 */
export function decodeText(bytes: Uint8Array, guess: (bytes: Uint8Array) => string | null): DecodedText {
  const marked = encodingOf(bytes);
  try {
    if (marked === 'UTF-32') return { text: decodeUtf32(bytes), assumed: null };
    return { text: new TextDecoder(marked ?? 'utf-8', { fatal: true }).decode(bytes), assumed: null };
  } catch {
    if (marked !== null) throw new SubtitleSyntaxError(`this file begins as text in ${marked} does, but is none`);
  }
  const encoding = isText(bytes) ? guess(bytes) : null;
  const text = encoding === null ? null : decodeAs(bytes, encoding);
  if (text !== null) return { text, assumed: encoding };
  throw new SubtitleSyntaxError(
    `this file is not text in UTF-8, nor in another encoding that can be told: see line ${firstBadLine(bytes)}`,
  );
}

function encodingOf([first, second, third, fourth]: Uint8Array): 'UTF-16LE' | 'UTF-16BE' | 'UTF-32' | null {
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16LE';
  if (first === 0xfe && second === 0xff) return 'UTF-16BE';
  return first === 0 && second === 0 && third === 0xfe && fourth === 0xff ? 'UTF-32' : null;
}

/** The platform does not know UTF-32. @throws RangeError for what is no character. */
function decodeUtf32(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = bytes[0] === 0xff;
  if (bytes.length % 4 !== 0) throw new RangeError('text in UTF-32 is cut off');
  let text = '';
  for (let at = 4; at < bytes.length; at += 4) {
    const code = view.getUint32(at, isLittle);
    if (code >= 0xd800 && code <= 0xdfff) throw new RangeError('half a character');
    text += String.fromCodePoint(code);
  }
  return text;
}

/** Whether a file has no byte that stands for nothing in any text. */
function isText(bytes: Uint8Array): boolean {
  return !bytes.includes(0);
}

/** What windows-1252 has from 0x80 to 0x9F. Node 20 decodes it as if it were Latin-1, which has control characters there. */
const WESTERN = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

function decodeAs(bytes: Uint8Array, encoding: string): string | null {
  try {
    if (encoding === 'windows-1252')
      return new TextDecoder('latin1')
        .decode(bytes)
        .replace(/[\u0080-\u009F]/g, (control) => WESTERN[control.charCodeAt(0) - 0x80] ?? control);
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** No character of UTF-8 has a line feed within it, so that each line can be tried by itself. */
function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const feed = bytes.indexOf(LINE_FEED, from);
    const to = feed < 0 ? bytes.length : feed + 1;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch {
      return line;
    }
    from = to;
  }
  return line;
}
