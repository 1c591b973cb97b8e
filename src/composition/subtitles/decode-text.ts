import { SubtitleSyntaxError } from './subtitle-text.js';

const LINE_FEED = 0x0a;

/**
 * The text of a file in UTF-8, or in UTF-16 with a byte order mark, as Windows writes it. Without the mark.
 * @throws SubtitleSyntaxError when it is in another encoding, with the first line that shows it.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    if (encoding !== 'utf-8') throw new SubtitleSyntaxError('this file begins as text in UTF-16 does, but is none');
    throw new SubtitleSyntaxError(
      `this file is not text in UTF-8, nor in UTF-16 with a byte order mark: see line ${firstBadLine(bytes)}`,
    );
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
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
