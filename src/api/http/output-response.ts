import type { OutputFile } from '../../task/output-urls.js';
import type { HttpResponse } from './http-types.js';

/** Answers with a finished video: its bytes, or a redirect to a store that serves them. */
export function outputResponse(
  { content, contentType }: OutputFile,
  options: { readonly file: string; readonly disposition: 'inline' | 'attachment'; readonly cacheControl: string },
): HttpResponse {
  const headers = {
    'content-type': contentType,
    // Saved under its own name.
    'content-disposition': `${options.disposition}; filename="${options.file.replace(/[^A-Za-z0-9._-]/g, '_')}"`,
    'x-content-type-options': 'nosniff',
    'cache-control': options.cacheControl,
    'referrer-policy': 'no-referrer',
  };
  switch (content.kind) {
    case 'file':
      return { status: 200, headers, body: content };
    case 'stream':
      return { status: 200, headers, body: { ...content, kind: 'bytes' } };
    case 'redirect': {
      const redirect = { location: content.url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
      return { status: 307, headers: redirect, body: { kind: 'text', text: '' } };
    }
  }
}
