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
