/** A `.cube` file that is not read, for a reason in words for people. */
export class CubeError extends Error {
  override readonly name = 'CubeError';
  /** Whether the file is one of its kind that is damaged, and not one of another kind. */
  readonly isDamaged: boolean;

  constructor(message: string, options: { readonly isDamaged: boolean }) {
    super(message);
    this.isDamaged = options.isDamaged;
  }
}

const SMALLEST = 2;
const LARGEST = 65;
/** Values far beyond white are mistakes. */
const MOST = 1_000;
const KEYWORD = /^[A-Z][A-Z0-9_]+$/;
/** A decimal number as the format has it; none that JavaScript knows besides. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?$/;

/**
 * Reads a 3D LUT in the format of Adobe's `.cube` files (Cube LUT Specification 1.0) and writes it anew, so that nothing of the file but its numbers goes any further.
 * Red changes fastest.
 * @throws CubeError with the line at fault.
 */
export function parseCube(text: string): string {
  let size: number | null = null;
  const domain = { DOMAIN_MIN: [0, 0, 0], DOMAIN_MAX: [1, 1, 1] };
  const rows: string[] = [];
  for (const [i, line] of text
    .replace(/^\u00EF\u00BB\u00BF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const words = line.trim().split(/\s+/);
    const [word = ''] = words;
    if (word === '' || word.startsWith('#') || word === 'TITLE') continue;
    if (word === 'LUT_1D_SIZE' || word === 'LUT_1D_INPUT_RANGE')
      throw new CubeError('this is a 1D LUT; only 3D LUTs are read', { isDamaged: false });
    if (word === 'LUT_3D_SIZE') {
      if (size !== null || rows.length > 0) throw damaged(i, 'LUT_3D_SIZE stands once, before the table');
      size = sizeOf(words, i);
    } else if (word === 'DOMAIN_MIN' || word === 'DOMAIN_MAX') domain[word] = triple(words.slice(1), i);
    else if (word === 'LUT_3D_INPUT_RANGE') {
      const [min = 0, max = 1] = numbers(words.slice(1), 2, i);
      domain.DOMAIN_MIN = [min, min, min];
      domain.DOMAIN_MAX = [max, max, max];
    } else {
      if (size === null) throw notCube();
      if (KEYWORD.test(word))
        throw new CubeError(`line ${i + 1} of this .cube file has a keyword that is not known here`, {
          isDamaged: false,
        });
      if (rows.length >= size ** 3) throw damaged(i, `there are more than the ${size ** 3} rows of its size`);
      rows.push(
        triple(words, i)
          .map((value) => value.toFixed(6))
          .join(' '),
      );
    }
  }
  if (size === null) throw notCube();
  if (rows.length < size ** 3)
    throw new CubeError(`this file is cut off: it has ${rows.length} of ${size ** 3} rows`, { isDamaged: true });
  if (domain.DOMAIN_MIN.some((min) => min !== 0) || domain.DOMAIN_MAX.some((max) => max !== 1))
    throw new CubeError('only LUTs with a domain from 0 to 1 are read', { isDamaged: false });
  return `LUT_3D_SIZE ${size}\n${rows.join('\n')}\n`;
}

function notCube(): CubeError {
  return new CubeError('this is no .cube file: LUT_3D_SIZE is missing', { isDamaged: false });
}

function sizeOf(words: readonly string[], line: number): number {
  const [size = 0] = numbers(words.slice(1), 1, line);
  if (Number.isInteger(size) && size >= SMALLEST && size <= LARGEST) return size;
  throw new CubeError(`LUT_3D_SIZE is ${size}; ${SMALLEST} to ${LARGEST} are read`, { isDamaged: false });
}

function triple(words: readonly string[], line: number): number[] {
  return numbers(words, 3, line);
}

function numbers(words: readonly string[], count: number, line: number): number[] {
  if (words.length !== count || !words.every((word) => NUMBER.test(word)))
    throw damaged(line, count === 1 ? 'it needs a number' : `it needs ${count} numbers`);
  const values = words.map(Number);
  if (values.some((value) => Math.abs(value) > MOST)) throw damaged(line, `a value is beyond ${MOST}`);
  return values;
}

function damaged(line: number, problem: string): CubeError {
  return new CubeError(`line ${line + 1} of this .cube file cannot be read: ${problem}`, { isDamaged: true });
}
