import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { INCOMING } from './local-uploads.js';
import { othersFolder, prefixOf, uploadFolder } from './tenant-media.js';
import { DEFAULT_TENANT } from '../task/caller.js';
import { isSafeName } from './safe-name.js';

/** An accepted upload in a data folder. */
export interface UploadedFile {
  readonly file: string;
  /** Of the object that it would be in a shared storage. */
  readonly key: string;
  readonly sizeBytes: number;
}

/** The accepted uploads of all tenants in a data folder. */
export async function* uploadedFiles(dataDir: string): AsyncGenerator<UploadedFile> {
  const others = await readdir(othersFolder(dataDir)).catch(() => []);
  for (const tenant of [DEFAULT_TENANT, ...others.filter(isSafeName)]) {
    const folder = uploadFolder(dataDir, tenant);
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(folder, file).split(path.sep);
      if (name[0] === INCOMING) continue;
      yield { file, key: prefixOf(tenant) + name.join('/'), sizeBytes: (await lstat(file)).size };
    }
  }
}
