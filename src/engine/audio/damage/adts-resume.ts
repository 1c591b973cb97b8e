import { open, type FileHandle } from 'node:fs/promises';

/** Frames in a row by which noise is told from audio. */
const CHAIN = 3;
const HEADER_BYTES = 7;
const MAX_FRAME_BYTES = 8_192;
/** How much of a file is looked through, for all of its places together. */
const MAX_BYTES = 16 * 1024 * 1024;
const STEP_BYTES = 64 * 1024;

/** Where the frames of ADTS go on behind damage: ffmpeg skips noise there, and counts on as if it had not been in the file. */
export interface AdtsSearch {
  /**
   * @param whole where a frame begins that could be decoded.
   * @returns null when they do not go on, or too much was looked through. @throws the reason of the signal.
   */
  readonly from: (whole: number, from: number) => Promise<number | null>;
}

export function createAdtsSearch(file: string, signal: AbortSignal): AdtsSearch {
  let left = MAX_BYTES;

  async function search(handle: FileHandle, whole: number, from: number): Promise<number | null> {
    const model = await readAt(handle, whole, HEADER_BYTES);
    if (!isSync(model)) return null;
    for (let at = from; left > 0; at += STEP_BYTES) {
      signal.throwIfAborted();
      const bytes = await readAt(handle, at, STEP_BYTES + CHAIN * MAX_FRAME_BYTES);
      const found = findChain(bytes, STEP_BYTES, model);
      left -= bytes.length;
      if (found !== null) return at + found;
      if (bytes.length <= STEP_BYTES) return null;
    }
    return null;
  }

  return {
    async from(whole, from) {
      const handle = await open(file, 'r');
      try {
        return await search(handle, whole, from);
      } finally {
        await handle.close();
      }
    },
  };
}

async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
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
