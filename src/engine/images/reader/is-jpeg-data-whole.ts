import { bitReader, huffmanTable, type BitReader, type HuffmanTable } from './huffman-bits.js';

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

/** A component's part in a scan. */
interface Part {
  readonly blocks: number;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

/** What headers have said so far. */
interface State {
  frame: Frame | null;
  readonly tables: Map<number, HuffmanTable>;
  restartInterval: number;
}

/** So many bytes between the last block and the marker are an encoder's matter. */
const SPARE_BYTES = 2;

/**
 * Whether the data of a JPEG's scans hold exactly as many blocks as its headers say. libjpeg, with which libvips reads, warns when there are too few,
 * but stops reading when it has enough; data that were overwritten or left out mostly make too many. Sequential Huffman coding (ITU-T T.81) alone
 * is looked at; of anything else it says yes.
 */
export function isJpegDataWhole(file: Uint8Array): boolean {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
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
    const length = view.getUint16(at + 2);
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
      state.tables.set(body[at] ?? 0, huffmanTable(counts, body.subarray(at + 17, at + 17 + symbols)));
      at += 17 + symbols;
    }
  }
}

/** Where the marker after a scan stands. Null: its data are not what they should be. */
function endOfScan(
  file: Uint8Array,
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
  const single = selected.length === 1;
  const parts: Part[] = [];
  for (const { id, tables: numbers } of selected) {
    const component = frame.components.find((candidate) => candidate.id === id);
    const dc = tables.get(numbers >> 4);
    const ac = tables.get(0x10 | (numbers & 15));
    // Pictures of films leave the tables out; libjpeg puts in the standard's.
    if (!component || !dc || !ac) return file.length;
    parts.push({ blocks: single ? 1 : component.across * component.down, dc, ac });
  }
  const units = unitsOf(frame, single ? selected[0]?.id : undefined);
  let at = start;
  for (let done = 0, restart = 0; done < units; restart += 1) {
    const wanted = restartInterval === 0 ? units : Math.min(restartInterval, units - done);
    const reader = bitReader(file, at);
    for (let unit = 0; unit < wanted; unit += 1) if (!readUnit(reader, parts)) return null;
    done += wanted;
    if (!isRestTrifling(reader.rest())) return null;
    at = skipFill(file, reader.position);
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

function readUnit(reader: BitReader, parts: readonly Part[]): boolean {
  for (const { blocks, dc, ac } of parts) {
    for (let block = 0; block < blocks; block += 1) if (!readBlock(reader, dc, ac)) return false;
  }
  return !reader.overrun();
}

function readBlock(reader: BitReader, dc: HuffmanTable, ac: HuffmanTable): boolean {
  const size = reader.symbol(dc);
  if (size < 0 || size > 15) return false;
  reader.skip(size);
  for (let k = 1; k < 64; k += 1) {
    const symbol = reader.symbol(ac);
    if (symbol < 0) return false;
    const bits = symbol & 15;
    if (bits > 0) reader.skip(bits);
    // Sixteen zeros, or none but zeros to the end.
    else if (symbol !== 0xf0) return true;
    k += symbol >> 4;
    if (k > 63) return false;
  }
  return true;
}

/** Bytes that are all alike are padding. */
function isRestTrifling(rest: Uint8Array): boolean {
  return rest.length <= SPARE_BYTES || rest.every((byte) => byte === rest[0]);
}

function skipFill(file: Uint8Array, from: number): number {
  let at = from;
  while (file[at] === 0xff && file[at + 1] === 0xff) at += 1;
  return at;
}
