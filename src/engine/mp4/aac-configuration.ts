import { boxesIn } from './boxes.js';

/** The sound of a track of AAC-LC. */
export interface AacConfiguration {
  readonly sampleRate: number;
  readonly channels: number;
}

/** The fields of an entry of sound before its boxes (ISO/IEC 14496-12, 12.2.3). */
const ENTRY_BYTES = 28;
const OBJECT_AAC = 0x40;
const LOW_COMPLEXITY = 2;
/** By their index in a configuration (ISO/IEC 14496-3, 1.6.3.4). */
const SAMPLE_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000];
/** Tags of descriptors (ISO/IEC 14496-1, 7.2.2.1), and their bytes before those in them. */
const STREAM = { tag: 3, headBytes: 3 };
const DECODER = { tag: 4, headBytes: 13 };
const SPECIFIC = { tag: 5, headBytes: 0 };

/** @param entry `mp4a` of an MP4. @returns null: it is not AAC-LC. @throws RangeError for one that ends too early. */
export function readAacConfiguration(entry: Buffer): AacConfiguration | null {
  const esds = boxesIn(entry.subarray(ENTRY_BYTES), 'esds')[0];
  const decoder = esds && within(within(esds.subarray(4), STREAM), { ...DECODER, headBytes: 0 });
  if (decoder?.readUInt8(0) !== OBJECT_AAC) return null;
  // 5 bits of the kind, 4 of the rate, 4 of the channels.
  const fields = within(decoder.subarray(DECODER.headBytes), SPECIFIC).readUInt16BE(0);
  const sampleRate = SAMPLE_RATES[(fields >> 7) & 0xf];
  return fields >> 11 === LOW_COMPLEXITY && sampleRate !== undefined
    ? { sampleRate, channels: (fields >> 3) & 0xf }
    : null;
}

/** What a descriptor holds after its head. Its length has seven bits in each byte; all but the last begin with a one. */
function within(bytes: Buffer, { tag, headBytes }: { readonly tag: number; readonly headBytes: number }): Buffer {
  if (bytes.readUInt8(0) !== tag) throw new RangeError(`descriptor ${bytes.readUInt8(0)} stands where ${tag} must`);
  let [at, length, byte] = [1, 0, 0x80];
  for (; byte >= 0x80; at += 1) {
    byte = bytes.readUInt8(at);
    length = length * 128 + (byte & 0x7f);
  }
  return bytes.subarray(at + headBytes, at + length);
}
