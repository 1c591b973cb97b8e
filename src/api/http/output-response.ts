import type { OutputFile } from '../../task/output-urls.js';
import type { HttpResponse } from './http-types.js';

/** Its relative links lead nowhere when a player has it from another place. */
const PLAYLIST = 'application/vnd.apple.mpegurl';

/** Answers with a finished video: its bytes, or a redirect to a store that serves them. */
export async function outputResponse(
  { content, contentType, validForMs }: OutputFile,
  options: { readonly file: string; readonly disposition: 'inline' | 'attachment'; readonly cacheControl: string },
): Promise<HttpResponse> {
  // Saved under its own name.
  const contentDisposition = `${options.disposition}; filename="${options.file.replace(/[^A-Za-z0-9._-]/g, '_')}"`;
  const headers = {
    'content-type': contentType,
    'content-disposition': contentDisposition,
    'x-content-type-options': 'nosniff',
    'cache-control': options.cacheControl,
    'referrer-policy': 'no-referrer',
  };
  if (content.kind === 'file') return { status: 200, headers, body: content };
  if (content.direct !== null && contentType !== PLAYLIST) {
    const location = await content.direct({ contentType, contentDisposition, maxLifetimeMs: validForMs });
    const redirect = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
    return { status: 307, headers: redirect, body: { kind: 'text', text: '' } };
  }
  const { sizeBytes, version, storedMs, read } = content;
  return { status: 200, headers, body: { kind: 'bytes', sizeBytes, entity: { version, storedMs }, read } };
}
