import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own that is really full when it is full. */
export interface SmallDisk {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Null: this process must not mount, as in most containers. */
export async function mountSmallDisk(sizeMb: number): Promise<SmallDisk | null> {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-disk-'));
  const remove = async () => {
    await run('umount', ['--lazy', folder]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0700`, 'cutroom-test', folder]);
  } catch {
    await remove();
    return null;
  }
  return { folder, remove };
}
