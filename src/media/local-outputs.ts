import { chmod, copyFile, mkdir, opendir, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { RenderError } from '../task/failure.js';
import type { OutputOwner, OutputContent, OutputStore } from '../task/ports/output-store.js';
import type { TaskKey } from '../task/task.js';
import { isSafeName, safeName } from './safe-name.js';
import { isDiskFull, sync, syncUpTo } from './sync.js';

/** The folder of an attempt. */
const ATTEMPT = /^(\d+)-(.+)$/;

/** Finished videos are for the service and its group, such as that of a web server. */
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

/** An output store whose outputs are all files of this machine. */
export interface LocalOutputs extends OutputStore {
  open(location: string, part?: string): Promise<Extract<OutputContent, { kind: 'file' }> | null>;
}

/**
 * Finished videos in a folder of this machine, as `tenant/task/fence-attempt/file`. The fence is part of the name, so that an attempt that
 * has lost its lease writes to a place that nobody reads.
 */
export function createLocalOutputs(options: { readonly folder: string }): LocalOutputs {
  const root = path.resolve(options.folder);
  return {
    async publish(files, attempt) {
      const moved: { readonly from: string; readonly to: string }[] = [];
      try {
        for (const { path: from, name } of files) {
          const to = path.join(root, locationOf(attempt, name));
          await chmod(from, FILE_MODE);
          await makeFolders(path.dirname(to), root);
          await moveDurably(from, to, root);
          moved.push({ from, to });
        }
      } catch (error) {
        // Back to where they were, so that none is published and all can be tried again.
        for (const { from, to } of moved) await moveDurably(to, from, path.dirname(from)).catch(() => undefined);
        throw notStored(error);
      }
      return locationOf(attempt, files[0].name);
    },

    async open(location, part) {
      const file = fileAt(root, part === undefined ? location : locationBeside(location, part));
      if (file === null) return null;
      // Also a link that someone put there must not lead out.
      const [real, realRoot] = await Promise.all([realpath(file).catch(() => null), realpath(root).catch(() => null)]);
      if (real === null || realRoot === null || !real.startsWith(realRoot + path.sep)) return null;
      const info = await stat(real).catch(() => null);
      return info?.isFile() ? { kind: 'file', path: real } : null;
    },

    async discard(key, { keepFence }) {
      const folder = path.join(root, ...folderOf(key));
      const attempts = await readdir(folder).catch(() => []);
      const doomed = attempts.filter((attempt) => keepFence === null || !attempt.startsWith(`${keepFence}-`));
      await Promise.all(doomed.map((attempt) => rm(path.join(folder, attempt), { recursive: true, force: true })));
      await removeEmpty(folder, root);
    },

    async discardAttempt(attempt) {
      const folder = path.join(root, ...attemptFolderOf(attempt));
      await rm(folder, { recursive: true, force: true });
      await removeEmpty(path.dirname(folder), root);
    },

    async *attempts() {
      for await (const tenant of namesIn(root)) {
        for await (const id of namesIn(path.join(root, tenant))) {
          for await (const name of namesIn(path.join(root, tenant, id))) {
            const [, fence, attemptId = ''] = ATTEMPT.exec(name) ?? [];
            if (fence !== undefined) yield { key: { tenant, id }, fence: Number(fence), attemptId };
          }
        }
      }
    },
  };
}

/** The names of folders in a folder, a few at a time: there may be a million. */
async function* namesIn(folder: string): AsyncGenerator<string> {
  const open = await opendir(folder).catch(() => null);
  if (open === null) return;
  for await (const entry of open) if (entry.isDirectory() && isSafeName(entry.name)) yield entry.name;
}

/** Null: no location that `publish` gives out, such as one that leads elsewhere. */
function fileAt(root: string, location: string): string | null {
  const parts = location.split('/');
  return parts.length === 4 && parts.every(isSafeName) ? path.join(root, ...parts) : null;
}

/** Removes the folders of an attempt and a task if nothing is left in them; a tenant's stays, since others may be writing in it. */
async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let at = folder; path.dirname(at) !== root && at.startsWith(root + path.sep); at = path.dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

function folderOf(key: TaskKey): [string, string] {
  return [safeName(key.tenant), safeName(key.id)];
}

function attemptFolderOf({ key, fence, attemptId }: OutputOwner): string[] {
  return [...folderOf(key), safeName(`${fence}-${attemptId}`)];
}

function locationOf(attempt: OutputOwner, name: string): string {
  return [...attemptFolderOf(attempt), safeName(name)].join('/');
}

/** The location of another file of the same attempt. */
function locationBeside(location: string, name: string): string {
  return [...location.split('/').slice(0, -1), name].join('/');
}

/** With their modes also where they were there before, and whatever the umask says. */
async function makeFolders(folder: string, root: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  for (let at = folder; ; at = path.dirname(at)) {
    await chmod(at, FOLDER_MODE);
    if (at === root || at === path.dirname(at)) break;
  }
}

/** Moves all of it or nothing; it survives a power failure after this. */
async function moveDurably(from: string, to: string, root: string): Promise<void> {
  const folder = path.dirname(to);
  await mkdir(folder, { recursive: true });
  await sync(from);
  await rename(from, to).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyBeside(from, to);
  });
  // The file's name is part of its folder, and the new folders' names of theirs.
  await syncUpTo(root, folder);
}

/** Across file systems: a copy under another name first, since a copy can be seen half done. */
async function copyBeside(from: string, to: string): Promise<void> {
  const draft = `${to}.part`;
  try {
    await copyFile(from, draft);
    await sync(draft);
    await rename(draft, to);
  } finally {
    await rm(draft, { force: true });
  }
  await rm(from, { force: true });
}

function notStored(error: unknown): RenderError {
  if (isDiskFull(error))
    return new RenderError('OUT_OF_DISK', 'the disk for finished videos is full', { cause: error });
  return new RenderError('OUTPUT_NOT_STORED', 'the finished video could not be stored', { cause: error });
}
