/** The parameter sets of a file, each a NAL unit. */
export interface ParameterSets {
  readonly sequence: readonly Uint8Array[];
  readonly picture: readonly Uint8Array[];
}

/** Profiles whose record ends with the way in which colours are stored. */
const WITH_CHROMA_FORMAT = new Set([100, 110, 122, 144, 244]);
/** 4:2:0 and 8 bits, without further sets; unused bits are ones (ISO/IEC 14496-15, 5.3.3.1). */
const PLAIN_CHROMA = [0xfd, 0xf8, 0xf8, 0];

/**
 * Reads an AVCDecoderConfigurationRecord, the `avcC` of an MP4 (ISO/IEC 14496-15, 5.3.3.1).
 * @returns null: its units have lengths of another size than 4 bytes, or it is none.
 */
export function readAvcConfiguration(record: Uint8Array): ParameterSets | null {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (bytes.length < 7 || bytes[0] !== 1 || (bytes.readUInt8(4) & 3) !== 3) return null;
  let at = 5;
  const units = (count: number): Uint8Array[] | null => {
    const found: Uint8Array[] = [];
    for (let i = 0; i < count; i += 1) {
      if (at + 2 > bytes.length) return null;
      const length = bytes.readUInt16BE(at);
      if (length === 0 || at + 2 + length > bytes.length) return null;
      found.push(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    return found;
  };
  const sequence = units(bytes.readUInt8(at++) & 31);
  if (sequence === null || at >= bytes.length) return null;
  const picture = units(bytes.readUInt8(at++));
  return picture === null ? null : { sequence, picture };
}

/** A record for plain pictures (8 bits, 4:2:0) of these sets. Its profile and level are the highest of them. */
export function writeAvcConfiguration({ sequence, picture }: ParameterSets): Buffer {
  const highest = (byte: number) => Math.max(...sequence.map((unit) => unit[byte] ?? 0));
  const profile = highest(1);
  // What all of them promise to keep to.
  const constraints = sequence.reduce((all, unit) => all & (unit[2] ?? 0), 0xff);
  return Buffer.concat([
    Buffer.from([1, profile, constraints, highest(3), 0xff, 0xe0 | sequence.length]),
    ...sequence.flatMap(withLength),
    Buffer.from([picture.length]),
    ...picture.flatMap(withLength),
    Buffer.from(WITH_CHROMA_FORMAT.has(profile) ? PLAIN_CHROMA : []),
  ]);
}

function withLength(unit: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(unit.length >> 8, unit.length & 0xff), unit];
}

/** The sets of all of them, each once. */
export function unitedSets(all: readonly ParameterSets[]): ParameterSets {
  return {
    sequence: distinct(all.flatMap((sets) => sets.sequence)),
    picture: distinct(all.flatMap((sets) => sets.picture)),
  };
}

/** Equal for equal sets. */
export function nameOfSets({ sequence, picture }: ParameterSets): string {
  return [...sequence, ...picture].map(hex).join(' ');
}

function distinct(units: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(units.map((unit) => [hex(unit), unit])).values()];
}

function hex(unit: Uint8Array): string {
  return Buffer.from(unit.buffer, unit.byteOffset, unit.byteLength).toString('hex');
}
