import type { IncomingMessage } from 'node:http';

/** Most clients read an answer only once they have sent all of their request: this much more of it is taken, for so long. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 5_000;

/** Throws away what is left of a request's body, up to a limit, so that the answer is read and not lost with the connection. Never rejects. */
export async function discardBody(message: IncomingMessage): Promise<void> {
  if (message.complete || message.destroyed) return;
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const end = () => {
      clearTimeout(timer);
      message.off('data', count).off('end', end).off('close', end).off('error', end).pause();
      resolve();
    };
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) end();
    };
    const timer = setTimeout(end, MAX_MS);
    message.on('data', count).on('end', end).on('close', end).on('error', end).resume();
  });
}
