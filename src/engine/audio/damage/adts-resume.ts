import { open } from 'node:fs/promises';

/** Frames in a row by which noise is told from audio. */
const CHAIN = 3;
const HEADER_BYTES = 7;
const MAX_FRAME_BYTES = 8_192;
/** How far audio is looked for. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Where the frames of ADTS go on behind damage: ffmpeg skips noise there, and counts on as if it had not been in the file.
 * @param whole where a frame begins that could be decoded.
 * @returns null when they do not go on.
 */
export async function findAdtsFrames(file: string, whole: number, from: number): Promise<number | null> {
  const handle = await open(file, 'r');
  try {
    const read = async (position: number, bytes: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, position);
      return buffer.subarray(0, bytesRead);
    };
    const model = await read(whole, HEADER_BYTES);
    if (!isSync(model)) return null;
    const step = 1024 * 1024;
    for (let at = from; at < from + MAX_BYTES; at += step) {
      const bytes = await read(at, step + CHAIN * MAX_FRAME_BYTES);
      const found = findChain(bytes, step, model);
      if (found !== null) return at + found;
      if (bytes.length <= step) return null;
    }
    return null;
  } finally {
    await handle.close();
  }
}

function findChain(bytes: Buffer, within: number, model: Buffer): number | null {
  for (let at = bytes.indexOf(0xff); at >= 0 && at < within; at = bytes.indexOf(0xff, at + 1)) {
    if (isChain(bytes, at, model)) return at;
  }
  return null;
}

function isChain(bytes: Buffer, from: number, model: Buffer): boolean {
  let at = from;
  for (let i = 0; i < CHAIN; i += 1) {
    const header = bytes.subarray(at, at + HEADER_BYTES);
    if (!isSync(header) || !isAlike(header, model)) return false;
    at += lengthOf(header);
  }
  return true;
}

function isSync(header: Buffer): boolean {
  return (
    header.length === HEADER_BYTES &&
    header[0] === 0xff &&
    ((header[1] ?? 0) & 0xf6) === 0xf0 &&
    lengthOf(header) >= HEADER_BYTES
  );
}

/** Version, profile, sample rate and channels. */
function isAlike(a: Buffer, b: Buffer): boolean {
  return (
    a[1] === b[1] && ((a[2] ?? 0) & 0xfd) === ((b[2] ?? 0) & 0xfd) && ((a[3] ?? 0) & 0xc0) === ((b[3] ?? 0) & 0xc0)
  );
}

function lengthOf(header: Buffer): number {
  return (((header[3] ?? 0) & 0x03) << 11) | ((header[4] ?? 0) << 3) | ((header[5] ?? 0) >> 5);
}
