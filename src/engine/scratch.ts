import { constants } from 'node:fs';
import { mkdir, open, readlink, rm, symlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { FileSwappedError } from './file-swapped-error.js';

/** The folder of one attempt, or of one inspection of inputs. ffmpeg runs in it and knows inputs only by the names of links in it. */
export interface Scratch {
  readonly folder: string;
  /**
   * Opens a file and makes it known under a name without meaning: `%03d`, `:` or a misleading extension in a caller's name have no effect then.
   * The link leads to the open file, not to its path: a file that is put in its place later is not read.
   * @param target an absolute path without symbolic links.
   * @throws FileSwappedError when the path leads elsewhere by now.
   */
  link(target: string): Promise<string>;
  /** The descriptors of those of the linked files that these arguments of a tool name: it must inherit them under the same numbers. */
  readonly descriptorsIn: (args: readonly string[]) => readonly number[];
  /** The absolute path of a file in the folder. */
  path(name: string): string;
  /** Removes files in the folder that are not needed any more; it is no error when one is not there. */
  removeFiles(names: readonly string[]): Promise<void>;
  /** Closes the linked files, and removes the folder. */
  remove(): Promise<void>;
}

/** Opening must not block on a pipe, nor follow a link. */
const SAFELY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Makes a folder of this name, empty. @throws the system's error when it cannot. */
export async function createScratch(scratchRoot: string, name: string): Promise<Scratch> {
  const folder = path.resolve(scratchRoot, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, 'inputs'), { recursive: true });
  const handles = new Map<string, FileHandle>();
  let links = 0;
  return {
    folder,
    path: (name) => path.join(folder, name),
    descriptorsIn: (args) => args.flatMap((argument) => handles.get(argument.replace(/^file:/, ''))?.fd ?? []),
    async link(target) {
      const handle = await open(target, SAFELY).catch((error: unknown) => {
        const { code } = error as NodeJS.ErrnoException;
        throw code === 'ELOOP' || code === 'ENOENT' ? new FileSwappedError(error) : error;
      });
      const name = `inputs/${links}`;
      handles.set(name, handle);
      links += 1;
      await symlink(await linkTarget(target, handle), path.join(folder, name));
      return name;
    },
    async removeFiles(names) {
      await Promise.all(names.map((name) => rm(path.join(folder, name), { force: true })));
    },
    async remove() {
      const open = [...handles.values()];
      handles.clear();
      await Promise.all(open.map((handle) => handle.close()));
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The open file itself, where the system has names for open files; elsewhere its path. */
async function linkTarget(target: string, { fd }: FileHandle): Promise<string> {
  const name = `/proc/self/fd/${fd}`;
  const place = await readlink(name).catch(() => null);
  if (place === null) return target;
  // One of its folders was replaced by a link.
  if (place !== target) throw new FileSwappedError(null);
  return name;
}
