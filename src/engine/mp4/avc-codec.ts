import type { Mp4Outline } from './boxes.js';
import { avcRecord } from './file-parameter-sets.js';

/** The name of a file's H.264 with its profile and level, such as `avc1.64001f` (RFC 6381). @returns null: it has none. */
export function avcCodec(outline: Mp4Outline): string | null {
  const record = avcRecord(outline);
  return record && record.length >= 4 ? `avc1.${record.toString('hex', 1, 4)}` : null;
}
