import type { IncomingMessage } from 'node:http';

export type BodyResult = { readonly kind: 'body'; readonly bytes: Uint8Array } | { readonly kind: 'too-large' };

/** Reads a request's body, up to a limit. @throws Error when the caller goes away meanwhile, or takes longer than it may and is cut. */
export async function readBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: { maxBytes: number; timeoutMs: number },
): Promise<BodyResult> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { kind: 'too-large' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => request.destroy(new Error('the body of a request took too long')), timeoutMs);
  try {
    // Not left by `break`, which would destroy the socket before the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const buffer = chunk as Buffer;
      bytes += buffer.length;
      if (bytes > maxBytes) return { kind: 'too-large' };
      chunks.push(buffer);
    }
  } finally {
    clearTimeout(timer);
  }
  const [only] = chunks;
  return { kind: 'body', bytes: chunks.length === 1 && only ? only : Buffer.concat(chunks) };
}

/** Most clients read an answer only once they have sent all of their request: this much more of it is taken, for so long. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const MAX_DISCARD_MS = 5_000;

/** Throws away the rest of a request's body, up to a limit, so that the answer is read and not lost with the connection. Never rejects. */
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
      if (bytes > MAX_DISCARDED_BYTES) end();
    };
    const timer = setTimeout(end, MAX_DISCARD_MS);
    message.on('data', count).on('end', end).on('close', end).on('error', end).resume();
  });
}
