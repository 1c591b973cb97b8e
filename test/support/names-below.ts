import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths below a folder, relative to it, without an order. A folder that a service removes meanwhile has none, as has one that is missing; `readdir` with `recursive` throws for both. */
export async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const names = entries.map(async (entry) => {
    const below = entry.isDirectory() ? await namesBelow(join(folder, entry.name)) : [];
    return [entry.name, ...below.map((name) => join(entry.name, name))];
  });
  return (await Promise.all(names)).flat();
}
