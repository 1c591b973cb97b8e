import { boxesIn } from './boxes.js';

/** The samples of a track as its tables have them (ISO/IEC 14496-12, 8.6 and 8.7). Times are in the units of the track. */
export interface SampleTable {
  readonly count: number;
  /** From the decoding of the first sample to the end of the last. */
  readonly duration: number;
  /** The lengths that samples have, each once. */
  readonly steps: readonly number[];
  /** When the first sample that is shown is shown. */
  readonly firstShown: number;
}

/** The first sample that is shown is among so many that are decoded: no encoder keeps back more. */
const MOST_KEPT_BACK = 64;

/** @param fileBytes the size of the file, within which all samples must lie. @returns null: the tables contradict each other, or the file. @throws RangeError for tables that end too early. */
export function readSampleTable(stbl: Buffer, fileBytes: number): SampleTable | null {
  const stsz = only(stbl, 'stsz');
  const count = stsz.readUInt32BE(8);
  const { steps, samples, duration } = readSteps(only(stbl, 'stts'));
  return samples === count && liesWithin(stbl, stsz, fileBytes)
    ? { count, duration, steps: [...steps], firstShown: firstShown(stbl) }
    : null;
}

/** @throws RangeError: it is not there, or there are several. */
export function only(content: Buffer, kind: string): Buffer {
  const [box, ...others] = boxesIn(content, kind);
  if (!box || others.length > 0) throw new RangeError(`there are ${others.length + (box ? 1 : 0)} boxes ${kind}`);
  return box;
}

/** The times of a table of them, as far as it goes. */
export function readSteps(stts: Buffer): { steps: Set<number>; samples: number; duration: number } {
  const steps = new Set<number>();
  let [samples, duration] = [0, 0];
  const count = stts.length < 8 ? 0 : stts.readUInt32BE(4);
  for (let i = 0; i < count && 16 + 8 * i <= stts.length; i += 1) {
    const [run, step] = [stts.readUInt32BE(8 + 8 * i), stts.readUInt32BE(12 + 8 * i)];
    steps.add(step);
    samples += run;
    duration += run * step;
  }
  return { steps, samples, duration };
}

/** Samples are decoded in another order than they are shown in, where a table says by how much each is later. */
function firstShown(stbl: Buffer): number {
  const ctts = boxesIn(stbl, 'ctts')[0];
  if (!ctts) return 0;
  const stts = only(stbl, 'stts');
  const step = stts.readUInt32BE(4) > 0 ? stts.readUInt32BE(12) : 0;
  let [first, sample] = [Infinity, 0];
  for (let i = 0; i < ctts.readUInt32BE(4) && sample < MOST_KEPT_BACK; i += 1) {
    // Version 1 has signed ones; those of version 0 are never that large.
    first = Math.min(first, sample * step + ctts.readInt32BE(12 + 8 * i));
    sample += ctts.readUInt32BE(8 + 8 * i);
  }
  return Number.isFinite(first) ? first : 0;
}

/** Whether the chunks have all samples, and lie in the file. */
function liesWithin(stbl: Buffer, stsz: Buffer, fileBytes: number): boolean {
  const [sameSize, count] = [stsz.readUInt32BE(4), stsz.readUInt32BE(8)];
  const offsetOf = chunkOffsets(stbl);
  const stsc = only(stbl, 'stsc');
  const runs = stsc.readUInt32BE(4);
  let sample = 0;
  for (let run = 0; run < runs; run += 1) {
    const from = stsc.readUInt32BE(8 + 12 * run);
    const perChunk = stsc.readUInt32BE(12 + 12 * run);
    const to = run + 1 < runs ? stsc.readUInt32BE(20 + 12 * run) : offsetOf.count + 1;
    for (let chunk = from; chunk < to; chunk += 1) {
      if (sample + perChunk > count) return false;
      let end = offsetOf.at(chunk - 1);
      for (const last = sample + perChunk; sample < last; sample += 1)
        end += sameSize > 0 ? sameSize : stsz.readUInt32BE(12 + 4 * sample);
      if (end > fileBytes) return false;
    }
  }
  return sample === count;
}

/** Of each chunk the first byte in the file; 64 bits where the file needs them. */
function chunkOffsets(stbl: Buffer): { count: number; at: (chunk: number) => number } {
  const stco = boxesIn(stbl, 'stco')[0];
  const offsets = stco ?? only(stbl, 'co64');
  const at = (chunk: number) =>
    stco ? offsets.readUInt32BE(8 + 4 * chunk) : Number(offsets.readBigUInt64BE(8 + 8 * chunk));
  return { count: offsets.readUInt32BE(4), at };
}
