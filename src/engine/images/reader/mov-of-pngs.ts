import { open, type FileHandle } from 'node:fs/promises';

/** A film of PNGs: ffmpeg reads it like any video, with alpha, and seeks in it to any frame. */
export interface PngFilm {
  /** Adds a frame that is shown for so long. */
  add(png: Buffer, durationUs: number): Promise<void>;
  /** Writes what is needed to find the frames, and closes the file. */
  finish(): Promise<void>;
  /** Closes the file as it is. */
  abandon(): Promise<void>;
}

/** Units of time in a second. */
const TIMESCALE = 1_000_000;
/**
 * No frame stands longer than this in the film: one that is shown for longer is entered several times, at the same place. Where a clip begins in the
 * middle of a frame, ffmpeg would leave out all of it, and at the end it would not know how long the last one stands.
 */
const LONGEST_ENTRY_US = 40_000;

interface Entry {
  readonly at: number;
  readonly size: number;
  readonly durationUs: number;
}

/** Begins a film in the QuickTime file format. @throws the system's error when it cannot be written. */
export async function createPngFilm(file: string, width: number, height: number): Promise<PngFilm> {
  const handle = await open(file, 'w');
  const entries: Entry[] = [];
  const ftyp = box('ftyp', Buffer.from('qt  \0\0\0\0qt  ', 'latin1'));
  // The size of `mdat` is filled in at the end, in its long form.
  let at = ftyp.length + 16;
  await handle.write(Buffer.concat([ftyp, Buffer.alloc(16)]));
  return {
    async add(png, durationUs) {
      await writeAll(handle, png, at);
      for (let left = durationUs; left > 0; left -= LONGEST_ENTRY_US) {
        entries.push({ at, size: png.length, durationUs: Math.min(left, LONGEST_ENTRY_US) });
      }
      at += png.length;
    },
    async finish() {
      const head = Buffer.alloc(16);
      head.writeUInt32BE(1, 0);
      head.write('mdat', 4, 'latin1');
      head.writeBigUInt64BE(BigInt(at - ftyp.length), 8);
      await writeAll(handle, head, ftyp.length);
      await writeAll(handle, movie(entries, width, height), at);
      await handle.close();
    },
    abandon: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** `moov` of one video track, in which every frame is a chunk of its own and a key frame. */
function movie(entries: readonly Entry[], width: number, height: number): Buffer {
  const duration = entries.reduce((sum, { durationUs }) => sum + durationUs, 0);
  const matrix = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);
  const sampleEntry = box(
    'png ',
    Buffer.concat([
      Buffer.alloc(6),
      u16(1),
      Buffer.alloc(16),
      u16(width, height),
      u32(0x48_0000, 0x48_0000, 0),
      u16(1),
    ]),
    Buffer.concat([Buffer.alloc(32), u16(32), Buffer.from([0xff, 0xff])]),
  );
  const table = box(
    'stbl',
    full('stsd', u32(1), sampleEntry),
    full('stts', u32(entries.length), ...entries.map(({ durationUs }) => u32(1, durationUs))),
    full('stsc', u32(1, 1, 1, 1)),
    full('stsz', u32(0, entries.length), ...entries.map(({ size }) => u32(size))),
    full('co64', u32(entries.length), ...entries.map(({ at }) => u64(at))),
  );
  const self = full('dref', u32(1), Buffer.from('\0\0\0\x0curl \0\0\0\x01', 'latin1'));
  const handler = (type: string) => full('hdlr', Buffer.from(type, 'latin1'), Buffer.alloc(13));
  const media = box(
    'mdia',
    version1('mdhd', u64(0, 0), u32(TIMESCALE), u64(duration), u16(0x55c4, 0)),
    handler('mhlrvide'),
    box(
      'minf',
      Buffer.concat([u32(20), Buffer.from('vmhd\0\0\0\x01', 'latin1'), Buffer.alloc(8)]),
      handler('dhlrurl '),
      box('dinf', self),
      table,
    ),
  );
  const track = version1(
    'tkhd',
    u64(0, 0),
    u32(1, 0),
    u64(duration),
    u32(0, 0),
    u16(0, 0, 0, 0),
    matrix,
    u32(width * 65_536, height * 65_536),
  );
  track.writeUInt8(3, 11);
  const header = version1(
    'mvhd',
    u64(0, 0),
    u32(TIMESCALE),
    u64(duration),
    u32(0x1_0000),
    u16(0x100),
    Buffer.alloc(10),
    matrix,
    Buffer.alloc(24),
    u32(2),
  );
  return box('moov', header, box('trak', track, media));
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

function full(type: string, ...parts: readonly Buffer[]): Buffer {
  return box(type, Buffer.alloc(4), ...parts);
}

/** Times and lengths of 64 bits. */
function version1(type: string, ...parts: readonly Buffer[]): Buffer {
  return box(type, Buffer.from([1, 0, 0, 0]), ...parts);
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
  return bytes;
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32BE(value, i * 4));
  return bytes;
}

function u64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => bytes.writeBigUInt64BE(BigInt(value), i * 8));
  return bytes;
}
