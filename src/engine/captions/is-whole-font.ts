/** What begins a file of tables that lie in it as they are, each of which must then lie within it: TrueType, OpenType with CFF, old Macintosh. */
const PLAIN = new Set([0x00010000, 0x4f54544f, 0x74727565]);
const COLLECTION = 0x74746366;
const HEADER_BYTES = 12;
const ENTRY_BYTES = 16;

/**
 * Whether every table of a font, of a collection's first one, is there to its end (OpenType, "Organization of an OpenType Font"). A copy that broke off opens
 * like any other, and fails only at the letters that it lacks. Of formats that compress their tables nothing is said.
 */
export function isWholeFont(bytes: Buffer): boolean {
  if (bytes.length < HEADER_BYTES + 4) return false;
  const start = bytes.readUInt32BE(0) === COLLECTION ? bytes.readUInt32BE(HEADER_BYTES) : 0;
  if (start + HEADER_BYTES > bytes.length) return false;
  if (!PLAIN.has(bytes.readUInt32BE(start))) return true;
  const count = bytes.readUInt16BE(start + 4);
  const first = start + HEADER_BYTES;
  if (first + count * ENTRY_BYTES > bytes.length) return false;
  return Array.from({ length: count }, (_, i) => first + i * ENTRY_BYTES).every(
    (at) => bytes.readUInt32BE(at + 8) + bytes.readUInt32BE(at + 12) <= bytes.length,
  );
}
