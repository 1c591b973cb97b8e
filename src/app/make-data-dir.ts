import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes the data folder, with the folders that it lies in, one by one: below /proc a recursive `mkdir` of Node never ends.
 * @throws Error, for people, when it cannot be made, or is no folder.
 */
export async function makeDataDir(folder: string): Promise<void> {
  try {
    await make(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Error(
      `the data folder ${folder} cannot be made (${code}): set CUTROOM_DATA_DIR to a folder on a disk that this user may write`,
      { cause: error },
    );
  }
}

async function make(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => null);
  if (there?.isDirectory()) return;
  if (path.dirname(folder) !== folder) await make(path.dirname(folder));
  await mkdir(folder, { mode: 0o700 }).catch(async (error: unknown) => {
    // Another process was faster.
    const isThere = await stat(folder).then(
      (info) => info.isDirectory(),
      () => false,
    );
    if (!isThere) throw error;
  });
}
