/** One frame of an APNG: a part of the canvas, and how it is laid on it. */
export interface ApngFrame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly delayMs: number;
  /** What becomes of its area before the next frame: 0 it stays, 1 it becomes transparent, 2 it becomes what it was before. */
  readonly dispose: number;
  /** 0 it replaces its area, 1 it is laid over it. */
  readonly blend: number;
  /** The frame as a PNG of its own. */
  readonly png: () => Buffer;
}

export interface Apng {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly ApngFrame[];
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Chunks that say how the pixels of every frame are to be read. */
const SHARED = ['PLTE', 'tRNS', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'sBIT', 'cICP'];
/** CRC-32 as PNG has it. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = (c & 1) === 1 ? 0xedb8_8320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/**
 * Takes an APNG (PNG, third edition) apart. Null: it is a PNG of one frame.
 * @throws RangeError when a chunk is shorter than it has to be.
 */
export function parseApng(file: Buffer): Apng | null {
  const chunks = [...chunksOf(file)];
  const control = chunks.findIndex(({ type }) => type === 'acTL');
  const firstData = chunks.findIndex(({ type }) => type === 'IDAT');
  const header = chunks[0]?.data;
  if (control < 0 || firstData < control || header?.length !== 13) return null;
  const shared = chunks.slice(0, firstData).filter(({ type }) => SHARED.includes(type));
  const frames: ApngFrame[] = [];
  let control26: Buffer | null = null;
  let data: Buffer[] = [];
  const end = () => {
    if (control26 && data.length > 0) frames.push(frameOf(control26, header, shared, data));
    data = [];
  };
  for (const chunk of chunks) {
    if (chunk.type === 'fcTL') {
      end();
      control26 = chunk.data;
    } else if (chunk.type === 'IDAT' && control26) data.push(chunk.data);
    else if (chunk.type === 'fdAT') data.push(chunk.data.subarray(4));
  }
  end();
  return frames.length === 0 ? null : { width: header.readUInt32BE(0), height: header.readUInt32BE(4), frames };
}

function frameOf(control: Buffer, header: Buffer, shared: readonly Chunk[], data: readonly Buffer[]): ApngFrame {
  const [width, height] = [control.readUInt32BE(4), control.readUInt32BE(8)];
  // A denominator of 0 stands for hundredths.
  const denominator = control.readUInt16BE(22) || 100;
  return {
    x: control.readUInt32BE(12),
    y: control.readUInt32BE(16),
    width,
    height,
    delayMs: (control.readUInt16BE(20) * 1000) / denominator,
    dispose: control.readUInt8(24),
    blend: control.readUInt8(25),
    png: () => {
      const own = Buffer.from(header);
      own.writeUInt32BE(width, 0);
      own.writeUInt32BE(height, 4);
      const parts = [
        { type: 'IHDR', data: own },
        ...shared,
        ...data.map((part) => ({ type: 'IDAT', data: part })),
        { type: 'IEND', data: Buffer.alloc(0) },
      ];
      return Buffer.concat([SIGNATURE, ...parts.map(printChunk)]);
    },
  };
}

/** The chunks of a PNG whose checksums are right; a damaged one ends the list, as does one that is cut off. */
function* chunksOf(file: Buffer): Generator<Chunk> {
  for (let at = 8; at + 12 <= file.length;) {
    const length = file.readUInt32BE(at);
    if (at + 12 + length > file.length) return;
    const body = file.subarray(at + 4, at + 8 + length);
    const type = body.toString('latin1', 0, 4);
    if (file.readUInt32BE(at + 8 + length) !== crc32(body)) throw new RangeError(`${type}: CRC error`);
    yield { type, data: body.subarray(4) };
    if (type === 'IEND') return;
    at += 12 + length;
  }
}

function printChunk({ type, data }: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}
