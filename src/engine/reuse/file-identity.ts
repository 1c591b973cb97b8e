import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256File } from '../../shared/sha256-file.js';

/** Tells one content of a file from another. */
export type FileIdentity = (name: string, options: { readonly byBytes: boolean }) => Promise<string>;

/** Hashes of files of the operator, by inode and times of change. */
export type FileHashes = Map<string, Promise<string>>;

/** Files of more bytes are not read for their identity: one minute of work for a clip of some seconds. */
const MOST_BYTES = 8n * 1024n ** 3n;
const MOST_HASHES = 1000;

/**
 * A file that was made for this attempt is named by a hash of its bytes. A file of the operator's is named by its inode and the times of its last change, which the
 * system sets: reading gigabytes to hash them would cost as much as a part of the render. Where other machines are to come to the same name it is read, once on each.
 * Each file is looked at once: an attempt holds its inputs open, so that they do not change under it.
 * @param hashes of this machine. The names are relative to the scratch folder.
 */
export function createFileIdentities(scratchFolder: string, hashes: FileHashes): FileIdentity {
  const known = new Map<string, Promise<string>>();
  return (name, { byBytes }) => {
    const key = `${byBytes ? 'bytes' : 'inode'} ${name}`;
    const identity = known.get(key) ?? identityOf(scratchFolder, name, byBytes ? hashes : null);
    known.set(key, identity);
    return identity;
  };
}

/** Whether any machine with the same bytes comes to this identity. */
export function isPortable(identity: string): boolean {
  return identity.startsWith('sha256:');
}

async function identityOf(scratchFolder: string, name: string, hashes: FileHashes | null): Promise<string> {
  const file = path.join(scratchFolder, name);
  const real = await realpath(file);
  if (real.startsWith((await realpath(scratchFolder)) + path.sep)) return `sha256:${await sha256File(file)}`;
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  const identity = `inode:${[dev, ino, size, mtimeNs, ctimeNs].join(':')}`;
  if (hashes === null || size > MOST_BYTES) return identity;
  return `sha256:${await hashOf(file, identity, hashes)}`;
}

function hashOf(file: string, identity: string, hashes: FileHashes): Promise<string> {
  const found = hashes.get(identity);
  if (found) return found;
  const hash = sha256File(file);
  hashes.set(identity, hash);
  hash.catch(() => hashes.delete(identity));
  for (const [oldest] of hashes) {
    if (hashes.size <= MOST_HASHES) break;
    hashes.delete(oldest);
  }
  return hash;
}
