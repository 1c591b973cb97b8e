import type { RenderLog } from './render-log.js';
import { createScratch, type Scratch } from './scratch.js';

/** Does some work in a scratch folder of its own, and removes that however the work ends. */
export async function withScratch<T>(
  options: { readonly scratchRoot: string; readonly log?: RenderLog },
  name: string,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const scratch = await createScratch(options.scratchRoot, name);
  try {
    return await work(scratch);
  } finally {
    // What was done must not be undone by a file that cannot be removed; the sweep at start-up takes it.
    await scratch
      .remove()
      .catch((error: unknown) => options.log?.warn({ err: error, scratch: name }, 'scratch folder not removed'));
  }
}
