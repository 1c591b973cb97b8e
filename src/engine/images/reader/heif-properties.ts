/** What a HEIF file (ISO/IEC 23008-12) says of its primary image beside its pixels. */
export interface HeifProperties {
  /** An ICC profile. */
  readonly profile: Buffer | null;
  /** Primaries and transfer characteristics as numbered in ITU-T H.273. */
  readonly nclx: { readonly primaries: number; readonly transfer: number } | null;
  /** How it is to be turned and mirrored, numbered as in EXIF, 1 to 8. */
  readonly orientation: number;
}

interface Box {
  readonly type: string;
  readonly body: Buffer;
}

const NOTHING: HeifProperties = { profile: null, nclx: null, orientation: 1 };

/** Reads the properties of the primary item. A file that is not as the standard wants it has none. */
export function heifPropertiesOf(file: Buffer): HeifProperties {
  try {
    const meta = boxesIn(file).find(({ type }) => type === 'meta');
    return meta ? propertiesOf(boxesIn(meta.body.subarray(4))) : NOTHING;
  } catch (error) {
    if (error instanceof RangeError) return NOTHING;
    throw error;
  }
}

function propertiesOf(meta: readonly Box[]): HeifProperties {
  const find = (boxes: readonly Box[], name: string) => boxes.find(({ type }) => type === name)?.body;
  const pitm = find(meta, 'pitm');
  const iprp = find(meta, 'iprp');
  if (!pitm || !iprp) return NOTHING;
  const primary = pitm.readUInt8(0) === 0 ? pitm.readUInt16BE(4) : pitm.readUInt32BE(4);
  const inside = boxesIn(iprp);
  const all = boxesIn(find(inside, 'ipco') ?? Buffer.alloc(0));
  const own = inside.filter(({ type }) => type === 'ipma').flatMap(({ body }) => indicesOf(body, primary));
  const properties = own.flatMap((index) => all[index - 1] ?? []);
  const colors = properties
    .filter(({ type }) => type === 'colr')
    .map(({ body }) => ({ kind: body.toString('latin1', 0, 4), body: body.subarray(4) }));
  const nclx = colors.find(({ kind }) => kind === 'nclx')?.body;
  return {
    profile: colors.find(({ kind }) => kind === 'prof' || kind === 'rICC')?.body ?? null,
    nclx: nclx ? { primaries: nclx.readUInt16BE(0), transfer: nclx.readUInt16BE(2) } : null,
    orientation: orientationOf(properties),
  };
}

/** By quarter turns counter-clockwise (0 to 3): without a mirror, with one that exchanges top and bottom, with one that exchanges left and right. */
const ORIENTATIONS = [
  [1, 8, 3, 6],
  [4, 5, 2, 7],
  [2, 7, 4, 5],
] as const;

/** A file may have each transformation once; the turn comes first. */
function orientationOf(properties: readonly Box[]): number {
  const turns = properties.find(({ type }) => type === 'irot')?.body.readUInt8(0) ?? 0;
  const mirror = properties.find(({ type }) => type === 'imir')?.body.readUInt8(0);
  const row = mirror === undefined ? 0 : (mirror & 1) === 0 ? 1 : 2;
  return ORIENTATIONS[row][turns & 3] ?? 1;
}

/** The properties of one item: their places in `ipco`, from 1. */
function indicesOf(ipma: Buffer, item: number): number[] {
  const version = ipma.readUInt8(0);
  const isWide = (ipma.readUInt8(3) & 1) === 1;
  let at = 8;
  const indices: number[] = [];
  for (let entries = ipma.readUInt32BE(4); entries > 0; entries -= 1) {
    const id = version === 0 ? ipma.readUInt16BE(at) : ipma.readUInt32BE(at);
    at += version === 0 ? 2 : 4;
    const count = ipma.readUInt8(at);
    at += 1;
    for (let i = 0; i < count; i += 1) {
      if (id === item) indices.push(isWide ? ipma.readUInt16BE(at) & 0x7fff : ipma.readUInt8(at) & 0x7f);
      at += isWide ? 2 : 1;
    }
  }
  return indices;
}

/** The boxes in a buffer. The last may reach beyond it. @throws RangeError for sizes that no box has. */
function boxesIn(buffer: Buffer): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at + 8 <= buffer.length) {
    let size = buffer.readUInt32BE(at);
    let head = 8;
    if (size === 1) {
      size = Number(buffer.readBigUInt64BE(at + 8));
      head = 16;
    } else if (size === 0) size = buffer.length - at;
    if (size < head) throw new RangeError('a box is smaller than its own header');
    boxes.push({ type: buffer.toString('latin1', at + 4, at + 8), body: buffer.subarray(at + head, at + size) });
    at += size;
  }
  return boxes;
}
