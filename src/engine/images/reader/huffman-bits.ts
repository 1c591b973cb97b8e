/** A table of ITU-T T.81, annex C, for codes of up to 16 bits: by the next 16 bits, the length of the code times 256 plus its symbol; 0: there is no such code. */
export type HuffmanTable = Uint16Array;

/** @param counts how many codes there are of each length from 1 to 16. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(65_536);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length += 1) {
    for (let i = counts[length - 1] ?? 0; i > 0; i -= 1) {
      const from = code << (16 - length);
      table.fill((length << 8) | (symbols[next] ?? 0), from, from + (1 << (16 - length)));
      code += 1;
      next += 1;
    }
    code <<= 1;
  }
  return table;
}

/** Reads the bits between two markers. Behind them there are ones, as encoders pad. */
export interface BitReader {
  /** Where the marker after the bits stands, or the end of the file. Only right after `overrun` or `rest` was asked for. */
  readonly position: number;
  /** The symbol of the next code. -1: there is no such code. */
  symbol(table: HuffmanTable): number;
  skip(bits: number): void;
  /** Whether more bits were read than there are. */
  overrun(): boolean;
  /** The whole bytes that were not read, up to the next marker. */
  rest(): Uint8Array;
}

export function bitReader(bytes: Uint8Array, start: number): BitReader {
  let at = start;
  let bits = 0;
  let count = 0;
  let missing = 0;

  /** The next byte of data; null at a marker: a byte of 255 that no 0 follows. */
  function nextByte(): number | null {
    const byte = bytes[at];
    if (byte === undefined) return null;
    if (byte !== 0xff) {
      at += 1;
      return byte;
    }
    if (bytes[at + 1] !== 0) return null;
    at += 2;
    return byte;
  }

  function fill(wanted: number): void {
    while (count < wanted) {
      const byte = nextByte();
      if (byte === null) missing += 8;
      bits = ((bits << 8) | (byte ?? 0xff)) & 0xff_ffff;
      count += 8;
    }
  }

  return {
    get position() {
      return at;
    },
    symbol(table) {
      fill(16);
      const entry = table[(bits >> (count - 16)) & 0xffff] ?? 0;
      if (entry === 0) return -1;
      count -= entry >> 8;
      return entry & 0xff;
    },
    skip(wanted) {
      fill(wanted);
      count -= wanted;
    },
    overrun: () => missing > count,
    rest() {
      const whole: number[] = [];
      const known = Math.floor((count - missing) / 8);
      for (let i = known; i > 0; i -= 1) whole.push((bits >> (missing + (i - 1) * 8)) & 0xff);
      for (let byte = nextByte(); byte !== null; byte = nextByte()) whole.push(byte);
      return Uint8Array.from(whole);
    },
  };
}
