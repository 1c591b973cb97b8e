import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type LibraryFile, MEDIA_ENDINGS, type MediaLibrary } from '../task/ports/media-library.js';

const MAX_FILES = 1000;
/** A root may be as large as a disk: this many entries are looked at. */
const MAX_ENTRIES = 20_000;
const MAX_DEPTH = 4;

/** Lists the files in input roots. `folder` is the operator's word, not a caller's. Links are not followed and hidden names not looked at; of two files with one name, the first root's counts. */
export function createLocalLibrary(options: {
  readonly roots: readonly string[];
  /** A folder that is not looked into; null: none. */
  readonly except?: string | null;
}): MediaLibrary {
  const except = options.except ?? null;
  return {
    async list(kind, folder) {
      const found = new Map<string, LibraryFile>();
      const budget = { entries: MAX_ENTRIES };
      for (const root of options.roots)
        await walk({ root, except, endings: MEDIA_ENDINGS[kind], found, budget }, folder, 0);
      return [...found.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1)).slice(0, MAX_FILES);
    },
  };
}

interface Walk {
  readonly root: string;
  readonly except: string | null;
  readonly endings: readonly string[];
  readonly found: Map<string, LibraryFile>;
  readonly budget: { entries: number };
}

async function walk(at: Walk, folder: string, depth: number): Promise<void> {
  const place = path.join(at.root, folder);
  if (place === at.except) return;
  const entries = await opendir(place).catch(() => null);
  if (!entries) return;
  for await (const entry of entries) {
    at.budget.entries -= 1;
    if (at.budget.entries < 0) return;
    if (entry.name.startsWith('.')) continue;
    const uri = path.join(folder, entry.name);
    if (entry.isDirectory() && depth < MAX_DEPTH) await walk(at, uri, depth + 1);
    else if (entry.isFile() && at.endings.includes(path.extname(entry.name).toLowerCase()) && !at.found.has(uri)) {
      const info = await stat(path.join(at.root, uri)).catch(() => null);
      if (info) at.found.set(uri, { name: entry.name, uri, sizeBytes: info.size });
    }
  }
}
