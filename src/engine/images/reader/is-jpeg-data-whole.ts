import { blockTable, segmentAt, segmentSpace, skipUnits, type BlockTable } from './jpeg-blocks.js';

interface Component {
  readonly id: number;
  /** Blocks across and down in a unit of an interleaved scan. */
  readonly across: number;
  readonly down: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
}

/** What headers have said so far. */
interface State {
  frame: Frame | null;
  readonly tables: Map<number, BlockTable>;
  restartInterval: number;
}

/** So many bytes between the last block and the marker are an encoder's matter. */
const SPARE_BYTES = 2;

/**
 * Whether the data of a JPEG's scans hold exactly as many blocks as its headers say. libjpeg, with which libvips reads, warns when there are too few,
 * but stops reading when it has enough; data that were overwritten or left out mostly make too many. Sequential Huffman coding (ITU-T T.81) alone
 * is looked at; of anything else it says yes.
 */
export function isJpegDataWhole(file: Buffer): boolean {
  const state: State = { frame: null, tables: new Map(), restartInterval: 0 };
  for (let at = 2; at + 4 <= file.length;) {
    if (file[at] !== 0xff || file[at + 1] === 0xff || file[at + 1] === 0) {
      // Between headers; behind a scan there can be only fill bytes, which have been read.
      at += 1;
      continue;
    }
    const marker = file[at + 1] ?? 0;
    if (marker === 0xd9) return true;
    if (isAlone(marker)) {
      at += 2;
      continue;
    }
    const length = file.readUInt16BE(at + 2);
    const body = file.subarray(at + 4, at + 2 + length);
    if (isOtherFrame(marker)) return true;
    if (marker === 0xda) {
      const end = endOfScan(file, at + 2 + length, body, state);
      if (end === null) return false;
      at = end;
      continue;
    }
    readHeader(marker, body, state);
    at += 2 + length;
  }
  return true;
}

function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** Progressive, lossless, hierarchical and arithmetic coding. */
function isOtherFrame(marker: number): boolean {
  return marker >= 0xc2 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readHeader(marker: number, body: Uint8Array, state: State): void {
  const u16 = (at: number) => ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0);
  if (marker === 0xdd) state.restartInterval = u16(0);
  else if (marker === 0xc0 || marker === 0xc1) {
    const components = Array.from({ length: body[5] ?? 0 }, (_, i) => {
      const sampling = body[7 + i * 3] ?? 0;
      return { id: body[6 + i * 3] ?? 0, across: sampling >> 4, down: sampling & 15 };
    });
    state.frame = { height: u16(1), width: u16(3), components };
  } else if (marker === 0xc4) {
    for (let at = 0; at + 17 <= body.length;) {
      const counts = body.subarray(at + 1, at + 17);
      const symbols = counts.reduce((sum, count) => sum + count, 0);
      state.tables.set(body[at] ?? 0, blockTable(counts, body.subarray(at + 17, at + 17 + symbols)));
      at += 17 + symbols;
    }
  }
}

/** Where the marker after a scan stands. Null: its data are not what they should be. */
function endOfScan(
  file: Buffer,
  start: number,
  header: Uint8Array,
  { frame, tables, restartInterval }: State,
): number | null {
  // A height of 0 is told behind the scan.
  if (frame === null || frame.height === 0) return file.length;
  const selected = Array.from({ length: header[0] ?? 0 }, (_, i) => ({
    id: header[1 + i * 2],
    tables: header[2 + i * 2] ?? 0,
  }));
  const isSingle = selected.length === 1;
  const unit: [BlockTable, BlockTable][] = [];
  for (const { id, tables: numbers } of selected) {
    const component = frame.components.find((candidate) => candidate.id === id);
    const dc = tables.get(numbers >> 4);
    const ac = tables.get(0x10 | (numbers & 15));
    // Frames of films leave the tables out; libjpeg puts in the standard's.
    if (!component || !dc || !ac) return file.length;
    for (let i = isSingle ? 1 : component.across * component.down; i > 0; i -= 1) unit.push([dc, ac]);
  }
  const units = unitsOf(frame, isSingle ? selected[0]?.id : undefined);
  const space = segmentSpace(file);
  let at = start;
  for (let done = 0, restart = 0; done < units; restart += 1) {
    const wanted = restartInterval === 0 ? units : Math.min(restartInterval, units - done);
    const segment = segmentAt(file, at, space);
    const used = skipUnits(segment, wanted, unit);
    if (used === null || !isTrifling(segment.data.subarray(used, segment.length))) return null;
    done += wanted;
    at = skipFill(file, segment.end);
    if (done === units) return at;
    if (file[at + 1] !== 0xd0 + (restart & 7)) return null;
    at += 2;
  }
  return at;
}

/** How many units of blocks a scan has: of one component its own blocks, of several together their common units. */
function unitsOf({ width, height, components }: Frame, single: number | undefined): number {
  const [across, down] = [Math.max(...components.map((c) => c.across)), Math.max(...components.map((c) => c.down))];
  const own = components.find(({ id }) => id === single);
  if (!own) return Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
  return Math.ceil(Math.ceil((width * own.across) / across) / 8) * Math.ceil(Math.ceil((height * own.down) / down) / 8);
}

/** Bytes that are all alike are padding. */
function isTrifling(rest: Uint8Array): boolean {
  return rest.length <= SPARE_BYTES || rest.every((byte) => byte === rest[0]);
}

function skipFill(file: Uint8Array, from: number): number {
  let at = from;
  while (file[at] === 0xff && file[at + 1] === 0xff) at += 1;
  return at;
}
