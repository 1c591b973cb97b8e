import type { FileHandle } from 'node:fs/promises';

/** Reads a file where it is asked to. Beyond its end there are fewer bytes. */
export interface Bytes {
  readonly size: number;
  at(position: number, length: number): Promise<Buffer>;
}

/** An open file as such. It keeps the part that was read last: those who walk through a file go forward in small steps. */
export async function bytesOf(handle: FileHandle): Promise<Bytes> {
  const { size } = await handle.stat();
  const block = Buffer.alloc(64 * 1024);
  let [from, to] = [0, 0];
  return {
    size,
    async at(position, length) {
      if (position < from || position + length > to) {
        const wanted = Math.max(length, block.length);
        const target = wanted > block.length ? Buffer.alloc(wanted) : block;
        const { bytesRead } = await handle.read(target, 0, wanted, position);
        if (target !== block) return target.subarray(0, Math.min(length, bytesRead));
        [from, to] = [position, position + bytesRead];
      }
      return Buffer.from(block.subarray(position - from, Math.min(position + length, to) - from));
    },
  };
}
