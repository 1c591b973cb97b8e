import { access, constants } from 'node:fs/promises';
import path from 'node:path';

/** The path of a program that this process may run; null: there is none. A name without a slash is looked up in PATH. */
export async function locate(name: string): Promise<string | null> {
  const folders = name.includes('/')
    ? ['']
    : (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const candidate = path.resolve(folder, name);
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return null;
}
