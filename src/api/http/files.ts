import { Status } from 'nice-grpc';
import { CallError } from '../../task/call-error.js';
import type { OutputUrls } from '../../task/output-urls.js';
import { internalStatus, statusOf } from '../../wire/status-mapping.js';
import type { Logger } from '../../observability/logger.js';
import { DEFAULT_TENANT } from '../tenant.js';
import { plainError, statusResponse } from './http-error.js';
import type { HttpRequest, HttpResponse } from './http-types.js';
import { compilePathTemplate } from './path-template.js';

export interface FilesOptions {
  readonly urls: Pick<OutputUrls, 'open'>;
  readonly logger: Logger;
}

/** Serves finished videos by signed URL. Null: the path is no file's. Never rejects. */
export type Files = (request: HttpRequest) => Promise<HttpResponse | null>;

const FILE = compilePathTemplate('/tasks/{task}/{file}');

export function createFiles({ urls, logger }: FilesOptions): Files {
  return async (request) => {
    const variables = FILE.match(request.path);
    if (!variables) return null;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plainError(405, Status.UNIMPLEMENTED, 'this path takes GET, HEAD', { allow: 'GET, HEAD' });
    }
    const { task: taskId = '', file = '' } = variables;
    try {
      const { path, contentType } = await urls.open({
        tenant: DEFAULT_TENANT,
        taskId,
        file,
        query: new URLSearchParams(request.query),
      });
      return { status: 200, headers: fileHeaders(file, contentType), body: { kind: 'file', path } };
    } catch (error) {
      if (error instanceof CallError) return statusResponse(statusOf(error));
      logger.error({ err: error, taskId, file }, 'a finished video could not be opened');
      return statusResponse(internalStatus());
    }
  };
}

function fileHeaders(file: string, contentType: string): Record<string, string> {
  return {
    'content-type': contentType,
    // Shown, and named by its own name when it is saved.
    'content-disposition': `inline; filename="${file.replace(/[^A-Za-z0-9._-]/g, '_')}"`,
    'x-content-type-options': 'nosniff',
    // The URL is the key to the file: it is for whoever holds it, not for shared caches, nor for the sites that a page links to.
    'cache-control': 'private, max-age=3600',
    'referrer-policy': 'no-referrer',
  };
}
