import type { Size } from '../../composition/output-spec.js';
import { readAacConfiguration, type AacConfiguration } from './aac-configuration.js';
import { readAvcConfiguration } from './avc-configuration.js';
import { boxesIn, type Mp4Outline } from './boxes.js';
import { SAMPLE_DESCRIPTIONS_BYTES, SAMPLE_ENTRY_BYTES } from './file-parameter-sets.js';
import { only, readSampleTable, type SampleTable } from './sample-table.js';
import { readSequenceParameters, type SequenceParameters } from './sequence-parameters.js';

/** A track of an MP4. */
export interface Mp4Track {
  /** `vide`, `soun`, or one of text. */
  readonly handler: string;
  /** The name of its coding, such as `avc1`. */
  readonly coding: string;
  readonly samples: SampleTable;
  /** Units of its times in a second. */
  readonly timescale: number;
  /** When it begins to be shown, from the start of the file. */
  readonly startUs: number;
  /** For how long it is shown: no longer than there are samples, whatever the file says. */
  readonly durationUs: number;
  /** Pictures of H.264: their size by the track, and each of the sequence parameter sets. */
  readonly h264?: Size & { readonly sets: readonly SequenceParameters[] };
  /** Sound of AAC. */
  readonly aac?: AacConfiguration;
}

/** The facts about an MP4 by its index. */
export interface Mp4Facts {
  readonly durationUs: number;
  readonly tracks: readonly Mp4Track[];
}

/**
 * Reads the index of a finished MP4 of ours, which is one piece. ffprobe would do: its start costs as much CPU time as the encoding of ten frames.
 * @returns null: it makes no sense, or its samples do not all lie in the file.
 */
export function readMp4({ index, fileBytes }: Mp4Outline): Mp4Facts | null {
  if (index === null) return null;
  try {
    const movie = timesOf(only(index, 'mvhd'));
    const tracks = boxesIn(index, 'trak').map((trak) => readTrack(trak, { timescale: movie.timescale, fileBytes }));
    return tracks.every((track) => track !== null)
      ? { durationUs: microseconds(movie.duration, movie.timescale), tracks }
      : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

interface Movie {
  /** Units of its times in a second. */
  readonly timescale: number;
  readonly fileBytes: number;
}

function readTrack(trak: Buffer, { timescale: movieScale, fileBytes }: Movie): Mp4Track | null {
  const mdia = only(trak, 'mdia');
  const stbl = only(only(mdia, 'minf'), 'stbl');
  const samples = readSampleTable(stbl, fileBytes);
  const { timescale } = timesOf(only(mdia, 'mdhd'));
  const shown = shownPart(trak);
  if (samples === null || shown === null) return null;
  const cutAtStart = Math.max(0, shown.from - samples.firstShown);
  const availableUs = microseconds(samples.duration - cutAtStart, timescale);
  const lateUs = microseconds(Math.max(0, samples.firstShown - shown.from), timescale);
  return {
    handler: only(mdia, 'hdlr').toString('latin1', 8, 12),
    ...readDescription(only(stbl, 'stsd')),
    ...{ samples, timescale },
    startUs: microseconds(shown.emptyBefore, movieScale) + lateUs,
    durationUs: shown.duration === null ? availableUs : Math.min(availableUs, microseconds(shown.duration, movieScale)),
  };
}

/** The unit and the length of the header of a movie or of a track. */
function timesOf(header: Buffer): { timescale: number; duration: number } {
  // Version 1 has times of 64 bits.
  return header.readUInt8(0) === 1
    ? { timescale: header.readUInt32BE(20), duration: Number(header.readBigUInt64BE(24)) }
    : { timescale: header.readUInt32BE(12), duration: header.readUInt32BE(16) };
}

interface ShownPart {
  /** In the units of the movie. */
  readonly emptyBefore: number;
  /** In the units of the movie; null: to the end. */
  readonly duration: number | null;
  /** In the units of the track. */
  readonly from: number;
}

/** The edit of a track, with nothing or an empty one before it. @returns null: there are others. */
function shownPart(trak: Buffer): ShownPart | null {
  const edits = boxesIn(trak, 'edts')[0];
  if (!edits) return { emptyBefore: 0, duration: null, from: 0 };
  const list = only(edits, 'elst');
  const isLong = list.readUInt8(0) === 1;
  const entryAt = (i: number) =>
    isLong
      ? { duration: Number(list.readBigUInt64BE(8 + 20 * i)), from: Number(list.readBigInt64BE(16 + 20 * i)) }
      : { duration: list.readUInt32BE(8 + 12 * i), from: list.readInt32BE(12 + 12 * i) };
  const count = list.readUInt32BE(4);
  if (count < 1 || count > 2) return null;
  const [first, last] = [entryAt(0), entryAt(count - 1)];
  if (last.from < 0 || (count === 2 && first.from !== -1)) return null;
  return { emptyBefore: count === 2 ? first.duration : 0, duration: last.duration, from: last.from };
}

/** The one description of a track's samples. @throws RangeError: there are several. */
function readDescription(stsd: Buffer): Pick<Mp4Track, 'coding' | 'h264' | 'aac'> {
  if (stsd.readUInt32BE(4) !== 1) throw new RangeError('a track has several descriptions');
  const coding = stsd.toString('latin1', 12, 16);
  const entry = only(stsd.subarray(SAMPLE_DESCRIPTIONS_BYTES), coding);
  if (coding === 'avc1') {
    const sets = readAvcConfiguration(only(entry.subarray(SAMPLE_ENTRY_BYTES), 'avcC'))?.sequence;
    if (!sets) throw new RangeError('there are no parameter sets');
    return {
      coding,
      h264: { width: entry.readUInt16BE(24), height: entry.readUInt16BE(26), sets: sets.map(readSequenceParameters) },
    };
  }
  const aac = coding === 'mp4a' ? readAacConfiguration(entry) : null;
  return aac ? { coding, aac } : { coding };
}

function microseconds(units: number, timescale: number): number {
  return timescale > 0 ? Math.round((units * 1e6) / timescale) : 0;
}
