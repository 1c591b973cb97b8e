import { analyse } from 'chardet';

/** Encodings of East Asia: their characters are pairs of bytes, which a wrong guess does not come upon by chance. */
const PAIRED = new Set(['GB18030', 'Big5', 'Shift_JIS', 'EUC-KR', 'EUC-JP']);
const SURE_OF_PAIRS = 50;
/** Encodings of one byte each are told by how often letters follow each other; of a few words that says little. */
const SINGLE = new Set(['windows-1250', 'windows-1251', 'windows-1253', 'windows-1254', 'KOI8-R']);
const SURE_OF_LETTERS = 40;
const LEAD = 10;
const LATIN = 'windows-1252';

/** So much is looked at, from the first line on that is not ASCII. */
const SAMPLE_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/**
 * The legacy encoding that text which is not UTF-8 is most probably in, by its name in the WHATWG standard; Western European where nothing speaks for
 * another, since that is what most such files are in. Null: not even that, as it has bytes that stand for nothing there.
 */
export function guessEncoding(bytes: Uint8Array): string | null {
  const sample = sampleOf(bytes);
  const matches = analyse(sample);
  const [best] = matches;
  if (best && PAIRED.has(best.name) && best.confidence >= SURE_OF_PAIRS) return best.name;
  if (isPairsOfHanzi(sample)) return 'GB18030';
  const latin = Math.max(
    0,
    ...matches.filter(({ name }) => name === LATIN || name === 'ISO-8859-1').map((m) => m.confidence),
  );
  if (best && SINGLE.has(best.name) && best.confidence >= Math.max(SURE_OF_LETTERS, latin + LEAD)) return best.name;
  return sample.some((byte) => UNDEFINED_IN_LATIN.has(byte)) ? null : LATIN;
}

const UNDEFINED_IN_LATIN = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

function sampleOf(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const start = first < 0 ? 0 : bytes.lastIndexOf(LINE_FEED, first) + 1;
  return bytes.subarray(start, start + SAMPLE_BYTES);
}

/** Of the runs of bytes beyond ASCII, so many may touch a letter: Chinese hardly ever does, accented letters nearly always. */
const MOST_TOUCHING = 0.2;

/** Whether all that is not ASCII are characters of GB 2312, which a few words of Chinese are too little for the detector to say. */
function isPairsOfHanzi(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const runs = Array.from(
    text.matchAll(/(?<before>[A-Za-z]?)(?<run>[\x80-\xff]+)(?<after>[A-Za-z]?)/g),
    ({ groups }) => groups,
  );
  const touching = runs.filter((groups) => groups?.before !== '' || groups.after !== '').length;
  if (runs.length === 0 || touching / runs.length > MOST_TOUCHING) return false;
  return runs.every((groups) => /^(?:[\xa1-\xa3\xb0-\xf7][\xa1-\xfe])+$/.test(groups?.run ?? ''));
}
