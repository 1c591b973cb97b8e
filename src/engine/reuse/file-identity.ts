import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256File } from '../../shared/sha256-file.js';

/**
 * Tells one content of a file from another. A file that was made for this attempt is named by a hash of its bytes. A file of the operator's is named by its
 * inode and the times of its last change, which the system sets: reading gigabytes to hash them would cost as much as a part of the render.
 * @param name relative to the scratch folder.
 */
export async function fileIdentity(scratchFolder: string, name: string): Promise<string> {
  const file = path.join(scratchFolder, name);
  const real = await realpath(file);
  if (real.startsWith((await realpath(scratchFolder)) + path.sep)) return `sha256:${await sha256File(file)}`;
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  return `inode:${[dev, ino, size, mtimeNs, ctimeNs].join(':')}`;
}

/** The same, with each file looked at once: an attempt holds its inputs open, so that they do not change under it. */
export function createFileIdentities(scratchFolder: string): (name: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (name) => {
    const identity = known.get(name) ?? fileIdentity(scratchFolder, name);
    known.set(name, identity);
    return identity;
  };
}
