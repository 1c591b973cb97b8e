/**
 * A Huffman table of ITU-T T.81 by the next 16 bits: in bits 0 to 4 how many bits the code takes together with the number behind it, in 5 to 8 the
 * zeros before that, in 9 and 10 what it is.
 */
export type BlockTable = Uint16Array;

const VALUE = 1 << 9;
const END_OF_BLOCK = 2 << 9;

/** @param counts how many codes there are of each length from 1 to 16. */
export function blockTable(counts: Uint8Array, symbols: Uint8Array): BlockTable {
  const table = new Uint16Array(65_536);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length += 1) {
    for (let i = counts[length - 1] ?? 0; i > 0; i -= 1) {
      const symbol = symbols[next] ?? 0;
      const [zeros, size] = [symbol >> 4, symbol & 15];
      // Without a number, sixteen zeros, or none but zeros to the end.
      const kind = size === 0 && zeros !== 15 ? END_OF_BLOCK : VALUE;
      const from = code << (16 - length);
      table.fill((length + size) | (zeros << 5) | kind, from, from + (1 << (16 - length)));
      code += 1;
      next += 1;
    }
    code <<= 1;
  }
  return table;
}

/** The data between two markers, without the zeros behind bytes of 255, and ones behind its end. */
export interface Segment {
  readonly data: Uint8Array;
  readonly length: number;
  /** Where the marker stands in the file, or the end of the file. */
  readonly end: number;
}

/** So many bits may be looked at beyond the end of the data. */
const SPARE = 8;

/** @param target takes the data; at least as long as what is left of the file, and eight bytes. */
export function segmentAt(file: Buffer, start: number, target: Buffer): Segment {
  let length = 0;
  for (let at = start; ;) {
    const mark = file.indexOf(0xff, at);
    const end = mark < 0 ? file.length : mark;
    length += file.copy(target, length, at, end);
    if (mark < 0 || file[mark + 1] !== 0) {
      target.fill(0xff, length, length + SPARE);
      return { data: target, length, end };
    }
    target[length] = 0xff;
    length += 1;
    at = mark + 2;
  }
}

/** Space for the segments of a file. */
export function segmentSpace(file: Buffer): Buffer {
  return Buffer.allocUnsafe(file.length + SPARE);
}

/** The tables that the blocks of a unit are coded by, in order: for each block that of its first number and that of the others. */
export type UnitTables = readonly (readonly [dc: BlockTable, ac: BlockTable])[];

/**
 * Reads so many units of blocks.
 * @returns the first byte that was not needed; null: the data end before, or are no blocks.
 */
export function skipUnits({ data, length }: Segment, units: number, tables: UnitTables): number | null {
  const bits = length * 8;
  let at = 0;
  for (let unit = 0; unit < units; unit += 1) {
    for (const [dc, ac] of tables) {
      at = skipBlock(data, at, dc, ac);
      if (at < 0 || at > bits) return null;
    }
  }
  return (at + 7) >> 3;
}

/** @returns the place of the next bit; -1: there is no such code. */
function skipBlock(data: Uint8Array, start: number, dc: BlockTable, ac: BlockTable): number {
  const first = dc[next16(data, start)] ?? 0;
  if (first === 0) return -1;
  let at = start + (first & 31);
  for (let k = 1; k < 64; k += 1) {
    const entry = ac[next16(data, at)] ?? 0;
    if (entry === 0) return -1;
    at += entry & 31;
    if (entry >= END_OF_BLOCK) return at;
    k += (entry >> 5) & 15;
    if (k > 63) return -1;
  }
  return at;
}

/** Beyond the end of the data there is nothing but what the caller finds out by the place. */
function next16(data: Uint8Array, bit: number): number {
  const at = bit >> 3;
  const three = ((data[at] ?? 255) << 16) | ((data[at + 1] ?? 255) << 8) | (data[at + 2] ?? 255);
  return (three >> (8 - (bit & 7))) & 0xffff;
}
