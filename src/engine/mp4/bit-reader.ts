/** Reads the fields of H.264 headers (ISO/IEC 14496-10, 7.2 and 9.1). Each throws a RangeError past the end. */
export interface BitReader {
  /** An unsigned number of so many bits, at most 32. */
  readonly bits: (count: number) => number;
  /** `ue(v)`. */
  readonly unsigned: () => number;
  /** `se(v)`. */
  readonly signed: () => number;
}

/** Longer prefixes are of no valid number. */
const MOST_ZEROS = 31;

/** @param unit a NAL unit with its header byte, which is left out. */
export function bitsOfUnit(unit: Uint8Array): BitReader {
  const bytes = withoutEmulationPrevention(unit.subarray(1));
  let at = 0;

  function bit(): number {
    const byte = bytes[at >> 3];
    if (byte === undefined) throw new RangeError('a header of H.264 ends too early');
    const value = (byte >> (7 - (at & 7))) & 1;
    at += 1;
    return value;
  }
  function bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + bit();
    return value;
  }
  function unsigned(): number {
    let zeros = 0;
    while (bit() === 0) {
      zeros += 1;
      if (zeros > MOST_ZEROS) throw new RangeError('a header of H.264 has a number that is too large');
    }
    return 2 ** zeros - 1 + bits(zeros);
  }
  function signed(): number {
    const value = unsigned();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
  return { bits, unsigned, signed };
}

/** After two zero bytes a third byte of 3 is no content: it keeps start codes out of it. */
function withoutEmulationPrevention(bytes: Uint8Array): number[] {
  const content: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    const isPrevention = zeros >= 2 && byte === 3;
    if (!isPrevention) content.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return content;
}
