import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';

/**
 * Sends text as it comes, one piece at a time: the next is asked for when the last was taken, so that a slow reader costs one piece and no queue. One
 * that takes nothing for `stallMs` is cut off. Resolves when it is over, however; never rejects.
 */
export async function writeStream(request: IncomingMessage, response: ServerResponse, chunks: AsyncIterable<string>, options: { readonly stallMs: number }): Promise<void> {
  // At once, whatever comes when: a browser or a proxy waits for them.
  response.flushHeaders();
  try {
    if (request.method !== 'HEAD') await writeAll(response, chunks, options.stallMs);
    response.end();
  } catch {
    // The caller has gone, or was cut: there is nobody to tell.
    response.destroy();
  }
}

async function writeAll(response: ServerResponse, chunks: AsyncIterable<string>, stallMs: number): Promise<void> {
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (response.write(chunk)) continue;
    await drained(response, stallMs);
  }
}

async function drained(response: ServerResponse, stallMs: number): Promise<void> {
  const over = new AbortController();
  const stop = () => {
    over.abort();
  };
  const timer = setTimeout(stop, stallMs);
  response.once('close', stop);
  try {
    await once(response, 'drain', { signal: over.signal });
  } finally {
    clearTimeout(timer);
    response.removeListener('close', stop);
  }
}
