import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TextStream } from './http-types.js';

/** A reader that is cut gets this fraction of its time to take the last message before its connection is closed. */
const LAST_WORD_PART = 1 / 12;

/**
 * Sends text as it comes, one piece at a time: the next is asked for when the last was taken, so that a slow reader costs one piece and no queue. A reader
 * that takes nothing for `stallMs` is cut off. Resolves when it has ended, in whatever way; never rejects.
 */
export async function writeStream(
  request: IncomingMessage,
  response: ServerResponse,
  stream: TextStream,
  options: { readonly stallMs: number },
): Promise<void> {
  // At once: a browser or a proxy waits for them.
  response.flushHeaders();
  try {
    if (request.method !== 'HEAD' && !(await writeAll(response, stream, options.stallMs)))
      cutOff(response, stream.cut(), options.stallMs * LAST_WORD_PART);
    else response.end();
  } catch {
    // Half an answer must not look like a whole one.
    response.destroy();
  } finally {
    stream.close();
  }
}

/** @returns false when the reader has stopped. */
async function writeAll(response: ServerResponse, stream: TextStream, stallMs: number): Promise<boolean> {
  for (;;) {
    const text = await stream.next();
    if (text === null || response.destroyed) return true;
    if (!response.write(text) && !(await drained(response, stallMs))) return false;
  }
}

function cutOff(response: ServerResponse, lastWord: string, patienceMs: number): void {
  response.end(lastWord);
  const timer = setTimeout(() => {
    response.destroy();
  }, patienceMs);
  response.once('close', () => {
    clearTimeout(timer);
  });
}

/** Resolves once everything is taken, or the caller has gone; with false when nothing was taken for `stallMs`. */
function drained(response: ServerResponse, stallMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (ok: boolean) => {
      clearTimeout(timer);
      response.removeListener('drain', onEnd);
      response.removeListener('close', onEnd);
      resolve(ok);
    };
    const onEnd = () => {
      finish(true);
    };
    const timer = setTimeout(finish, stallMs, false);
    response.once('drain', onEnd);
    response.once('close', onEnd);
    if (response.destroyed) onEnd();
  });
}
