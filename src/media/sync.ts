import { open } from 'node:fs/promises';
import path from 'node:path';

/** Returns once a file's bytes, or a folder's names, are on the disk. */
export async function sync(name: string): Promise<void> {
  const handle = await open(name, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Returns once a folder's names, and the names of the folders that it lies in up to `root`, are on the disk. */
export async function syncUpTo(root: string, folder: string): Promise<void> {
  for (let at = folder; ; at = path.dirname(at)) {
    await sync(at);
    if (at === root || at === path.dirname(at)) break;
  }
}

/** Whether an error of the file system says that there is no room left. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
