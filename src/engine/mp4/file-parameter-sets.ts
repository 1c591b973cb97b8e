import { boxesIn, videoTables, type Mp4Outline } from './boxes.js';
import { readAvcConfiguration, type ParameterSets } from './avc-configuration.js';

/** The bytes of a box before the boxes in it. */
export const SAMPLE_DESCRIPTIONS_BYTES = 8;
export const SAMPLE_ENTRY_BYTES = 78;

/** The `avcC` of the one video of a file. @returns null: it has several, is no H.264, or has further sets for later frames. */
export function avcRecord(outline: Mp4Outline): Buffer | null {
  const [table, ...others] = videoTables(outline);
  const descriptions = table && boxesIn(table, 'stsd')[0];
  if (!descriptions || others.length > 0 || descriptions.length < SAMPLE_DESCRIPTIONS_BYTES) return null;
  const isOne = descriptions.readUInt32BE(4) === 1;
  const entry = boxesIn(descriptions.subarray(SAMPLE_DESCRIPTIONS_BYTES), 'avc1')[0];
  return (isOne && entry && boxesIn(entry.subarray(SAMPLE_ENTRY_BYTES), 'avcC')[0]) || null;
}

/** The parameter sets of the one video of a file. @returns null: as `avcRecord`, or it has none. */
export function fileParameterSets(outline: Mp4Outline): ParameterSets | null {
  const record = avcRecord(outline);
  return record && readAvcConfiguration(record);
}
