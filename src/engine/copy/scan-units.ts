import { open, type FileHandle } from 'node:fs/promises';

/** Where the data of one frame lies in a file. */
export interface UnitPacket {
  readonly position: number;
  readonly bytes: number;
}

/** What a packet of H.264 consists of. */
export interface ScannedPacket {
  /** Whether all before it can be forgotten: an instantaneous refresh. */
  readonly isRefresh: boolean;
  /** The bytes of its picture, without remarks and parameters. */
  readonly pictureBytes: number;
}

/** The kinds of NAL units (ISO/IEC 14496-10, table 7-1) that occur in plain video. */
const SLICE = 1;
const REFRESH_SLICE = 5;
const REMARKS = 6;
const SEQUENCE = 7;
const PICTURE = 8;
const DELIMITER = 9;
const FILLER = 12;

const LENGTH_BYTES = 4;
const WINDOW_BYTES = 1024 * 1024;
/** Longer parameter sets are no camera's. */
const MOST_SET_BYTES = 4096;

/**
 * Looks at the headers of the units of each packet.
 * @param isKnownSet whether a parameter set within the packets is one of the file's own.
 * @returns null: they have units of other kinds, other parameter sets, or lengths that do not fit.
 * @throws the reason of the signal, or the system's error when the file cannot be read.
 */
export async function scanUnits(
  file: string,
  packets: readonly UnitPacket[],
  isKnownSet: (unit: Uint8Array) => boolean,
  signal: AbortSignal,
): Promise<ScannedPacket[] | null> {
  const handle = await open(file, 'r');
  try {
    const read = windowed(handle);
    const scanned: ScannedPacket[] = [];
    for (const packet of packets) {
      signal.throwIfAborted();
      const found = await scanPacket(packet, read, isKnownSet);
      if (found === null) return null;
      scanned.push(found);
    }
    return scanned;
  } finally {
    await handle.close();
  }
}

type Read = (position: number, bytes: number) => Buffer | Promise<Buffer>;

/** Reads small pieces by way of a large one: most units of a video lie one after the other. */
function windowed(handle: FileHandle): Read {
  const buffer = Buffer.alloc(WINDOW_BYTES);
  let [start, end] = [0, 0];
  const load = async (position: number, bytes: number): Promise<Buffer> => {
    const { bytesRead } = await handle.read(buffer, 0, WINDOW_BYTES, position);
    [start, end] = [position, position + bytesRead];
    return buffer.subarray(0, Math.min(bytes, bytesRead));
  };
  return (position, bytes) =>
    position >= start && position + bytes <= end
      ? buffer.subarray(position - start, position - start + bytes)
      : load(position, bytes);
}

async function scanPacket(
  { position, bytes }: UnitPacket,
  read: Read,
  isKnownSet: (unit: Uint8Array) => boolean,
): Promise<ScannedPacket | null> {
  let [slices, refreshes, pictureBytes] = [0, 0, 0];
  let at = 0;
  while (at < bytes) {
    const reading = read(position + at, LENGTH_BYTES + 1);
    // Most are there already: a promise for each of a million units takes seconds.
    const header = reading instanceof Promise ? await reading : reading;
    if (header.length <= LENGTH_BYTES) return null;
    const length = header.readUInt32BE(0);
    const kind = header.readUInt8(LENGTH_BYTES) & 31;
    if (length === 0 || at + LENGTH_BYTES + length > bytes) return null;
    if (kind === SLICE || kind === REFRESH_SLICE) {
      if (kind === SLICE) slices += 1;
      else refreshes += 1;
      pictureBytes += LENGTH_BYTES + length;
    } else if (kind === SEQUENCE || kind === PICTURE) {
      if (length > MOST_SET_BYTES) return null;
      const unit = await read(position + at + LENGTH_BYTES, length);
      if (!isKnownSet(Uint8Array.from(unit))) return null;
    } else if (kind !== REMARKS && kind !== DELIMITER && kind !== FILLER) return null;
    at += LENGTH_BYTES + length;
  }
  const isPicture = slices > 0 !== refreshes > 0;
  return isPicture ? { isRefresh: refreshes > 0, pictureBytes } : null;
}
