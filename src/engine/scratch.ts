import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { RenderJob } from '../task/ports/renderer.js';

/** The folder of one attempt. ffmpeg runs in it and knows inputs only by the names of links in it. */
export interface Scratch {
  readonly folder: string;
  /** Makes a file known under a name that says nothing: `%03d`, `:` or a misleading extension in a caller's name then mean nothing. */
  link(target: string): Promise<string>;
  /** The absolute path of a file in the folder. */
  path(name: string): string;
  remove(): Promise<void>;
}

/** Attempts' folders are kept apart from whatever else is below the scratch root, such as fonts. */
const ATTEMPTS = 'attempts';

/** Makes an attempt's folder, empty. @throws the system's error when it cannot. */
export async function createScratch(scratchRoot: string, job: RenderJob): Promise<Scratch> {
  const folder = path.resolve(scratchRoot, ATTEMPTS, `${job.key.id}-${job.fence}-${job.attemptId}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, 'inputs'), { recursive: true });
  let links = 0;
  return {
    folder,
    path: (name) => path.join(folder, name),
    async link(target) {
      const name = `inputs/${links}`;
      links += 1;
      await symlink(target, path.join(folder, name));
      return name;
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
