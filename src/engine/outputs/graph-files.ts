import { writeFile } from 'node:fs/promises';
import type { GraphFile } from '../compositor/render-plan.js';
import type { Scratch } from '../scratch.js';

/** Writes the files that graphs read. Several graphs may share one, and one of them must not read it while another writes it. */
export interface GraphFiles {
  /** Each is there, whole, when this resolves. */
  write(files: readonly GraphFile[]): Promise<void>;
}

export function createGraphFiles(scratch: Scratch): GraphFiles {
  const written = new Map<string, { readonly text: string; readonly done: Promise<void> }>();
  return {
    async write(files) {
      await Promise.all(
        files.map(({ name, text }) => {
          const earlier = written.get(name);
          if (earlier?.text === text) return earlier.done;
          const done = writeFile(scratch.path(name), text);
          written.set(name, { text, done });
          return done;
        }),
      );
    },
  };
}
