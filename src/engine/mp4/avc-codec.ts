import { boxesIn } from './boxes.js';

/** The fields before the boxes of a list of sample entries, and of an entry of pictures (ISO/IEC 14496-12, 8.5.2 and 12.1.3). */
const LIST_BYTES = 8;
const ENTRY_BYTES = 78;

/** The name of a file's H.264 with its profile and level, such as `avc1.64001f` (RFC 6381). @param index of an MP4. @returns null: it has none. */
export function avcCodec(index: Buffer): string | null {
  const within = (boxes: readonly Buffer[], kind: string) => boxes.flatMap((box) => boxesIn(box, kind));
  const tables = within(within(within(boxesIn(index, 'trak'), 'mdia'), 'minf'), 'stbl');
  const entries = within(tables, 'stsd').flatMap((list) => boxesIn(list.subarray(LIST_BYTES), 'avc1'));
  const [config] = entries.flatMap((entry) => boxesIn(entry.subarray(ENTRY_BYTES), 'avcC'));
  return config && config.length >= 4 ? `avc1.${config.toString('hex', 1, 4)}` : null;
}
