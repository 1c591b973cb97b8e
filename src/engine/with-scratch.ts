import { killStrays } from './process/kill-strays.js';
import type { RenderLog } from './render-log.js';
import { createScratch, type Scratch } from './scratch.js';

/** Does some work in a scratch folder of its own; however it ends, nothing works in the folder any more afterwards, and it is removed. */
export async function withScratch<T>(
  options: { readonly scratchRoot: string; readonly log?: RenderLog },
  name: string,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const scratch = await createScratch(options.scratchRoot, name);
  try {
    return await work(scratch);
  } finally {
    await killStrays(scratch.folder);
    // A file that cannot be removed must not undo the work; the sweep at start-up takes it.
    await scratch
      .remove()
      .catch((error: unknown) => options.log?.warn({ err: error, scratch: name }, 'scratch folder not removed'));
  }
}
