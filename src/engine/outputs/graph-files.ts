import { writeFile } from 'node:fs/promises';
import type { GraphFile } from '../compositor/render-plan.js';
import type { Scratch } from '../scratch.js';

/** Writes the files that graphs read. Several graphs may share one, and one of them must not read it while another writes it. */
export interface GraphFiles {
  /** Each is there, whole, when this resolves. */
  write(files: readonly GraphFile[]): Promise<void>;
}

export function createGraphFiles(scratch: Scratch): GraphFiles {
  const written = new Map<string, { readonly content: GraphFile['content']; readonly done: Promise<void> }>();
  return {
    async write(files) {
      await Promise.all(
        files.map(({ name, content }) => {
          const earlier = written.get(name);
          if (earlier && isSame(earlier.content, content)) return earlier.done;
          const done = writeFile(scratch.path(name), content);
          written.set(name, { content, done });
          return done;
        }),
      );
    },
  };
}

function isSame(a: GraphFile['content'], b: GraphFile['content']): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : Buffer.compare(a, b) === 0;
}
