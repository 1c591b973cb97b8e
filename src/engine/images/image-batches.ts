import type { ToolContext } from '../process/run-tool.js';
import type { ImageRequest, ReadImage } from './image-request.js';
import { readImages } from './read-images.js';

/** Images of one attempt that are to be read. Whoever waits for one has all read that were asked for by then, in one start of the reader. */
export interface ImageBatches {
  /** Asks for an image; nothing is read yet. */
  add(request: ImageRequest): void;
  /** Reads an image that was asked for, by its file. @throws as `readImages`. */
  read(file: string, context: ToolContext): Promise<ReadImage>;
}

/** Batches are read one after another: each takes what was asked for while the one before was read. */
export function createImageBatches(): ImageBatches {
  const asked = new Map<string, ImageRequest>();
  const results = new Map<string, Promise<ReadImage>>();
  let last: Promise<unknown> = Promise.resolve();
  let batches = 0;

  function begin(context: ToolContext): void {
    const requests = [...asked.values()];
    asked.clear();
    const batch = readImages(context, requests, { folder: `images/${batches}` });
    batches += 1;
    last = batch;
    requests.forEach(({ file }, i) => {
      const result = batch.then((read) => nth(read, i));
      // Whoever asked may never come for it.
      result.catch(() => undefined);
      results.set(file, result);
    });
  }

  return {
    add(request) {
      asked.set(request.file, request);
    },
    async read(file, context) {
      while (!results.has(file)) {
        const before = last;
        await before.catch(() => undefined);
        if (before === last && !results.has(file)) begin(context);
      }
      return nth([await (results.get(file) ?? Promise.reject(new RangeError('an image that nobody asked for')))], 0);
    },
  };
}

function nth(read: readonly ReadImage[], i: number): ReadImage {
  const found = read[i];
  if (!found) throw new RangeError('an image was left out');
  return found;
}
