import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * The most values that one request may have, those in its lists and messages included. 5,000 cues, the most that a montage takes, are 40,000. Counted before
 * anything is decoded: 4 MiB have room for two million, which would keep the one thread busy for seconds.
 */
export const MAX_REQUEST_VALUES = 100_000;

/** Ends a sentence that begins with the request. */
export const TOO_MANY_VALUES = `must have at most ${MAX_REQUEST_VALUES} values`;

/** Whether a message in the binary form has too many values. @throws Error on bytes that are no message. */
export function hasTooManyValues(desc: DescMessage, bytes: Uint8Array): boolean {
  // A field takes at least two bytes.
  if (bytes.length < 2 * MAX_REQUEST_VALUES) return false;
  return countValues(desc, new BinaryReader(bytes), bytes.length, 0) > MAX_REQUEST_VALUES;
}

/** Stops at the first value above the limit. @param end the position at which this message ends. */
function countValues(desc: DescMessage, reader: BinaryReader, end: number, before: number): number {
  let count = before;
  while (reader.pos < end && count <= MAX_REQUEST_VALUES) {
    const [number, wireType] = reader.tag();
    count += 1;
    const field = desc.fields.find((f) => f.number === number);
    const isMessage = wireType === WireType.LengthDelimited && field?.message !== undefined;
    if (isMessage) count = countValues(field.message, reader, reader.uint32() + reader.pos, count);
    else reader.skip(wireType, number);
  }
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Whether JSON has too many values, its names aside. Looks at the bytes only, and takes any for JSON. */
export function hasTooManyJsonValues(json: Uint8Array): boolean {
  if (json.length < MAX_REQUEST_VALUES) return false;
  let count = 0;
  let isText = false;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i];
    if (isText) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) {
      isText = true;
    } else if (byte === COMMA || byte === BRACKET || byte === BRACE) {
      count += 1;
      if (count > MAX_REQUEST_VALUES) return true;
    }
  }
  return false;
}
