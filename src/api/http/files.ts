import { Status } from 'nice-grpc';
import { CallError } from '../../task/call-error.js';
import type { OutputUrls } from '../../task/output-urls.js';
import { internalStatus, statusOf } from '../../wire/status-mapping.js';
import type { Chain } from '../chain/chain.js';
import { traceOf } from '../chain/trace-of.js';
import type { ApiLog } from '../log.js';
import { errorResponse, plainError, statusIn, statusResponse } from './http-error.js';
import type { HttpRequest, HttpResponse } from './http-types.js';
import { createChainCall } from './moneyprinterturbo/route.js';
import { outputResponse } from './output-response.js';
import { compilePathTemplate } from './path-template.js';

export interface FilesOptions {
  readonly urls: Pick<OutputUrls, 'open' | 'locate'>;
  readonly chain: Chain;
  readonly log: ApiLog;
}

/** Serves finished videos: by signed URL, and without a signature to a caller who may read the task, which without authentication is anyone. Null: the path is no file's. Never rejects. */
export type Files = (request: HttpRequest) => Promise<HttpResponse | null>;

/** By a signed URL it needs no scope. */
export const FILES_ROUTE = { method: 'GET', template: '/tasks/{task}/{file}', access: 'tasks.read' } as const;

const FILE = compilePathTemplate(FILES_ROUTE.template);
/** With the signature in the path. */
const GRANTED_FILE = compilePathTemplate('/tasks/{task}/{grant}/{file}');

export function createFiles({ urls, chain, log }: FilesOptions): Files {
  const call = createChainCall(chain, FILES_ROUTE.access);
  return async (request) => {
    const variables = FILE.match(request.path) ?? GRANTED_FILE.match(request.path);
    if (!variables) return null;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plainError(405, Status.UNIMPLEMENTED, 'this path takes GET, HEAD', { allow: 'GET, HEAD' });
    }
    const { task: taskId = '', file = '', grant } = variables;
    try {
      const query = new URLSearchParams(request.query);
      const isSigned = grant !== undefined || query.has('signature');
      const found = isSigned
        ? await urls.open({ taskId, file, query, ...(grant === undefined ? {} : { grant }) })
        : await call(request, { method: 'GetTask', taskId, isRead: true }, ({ caller }) =>
            urls.locate({ tenant: caller.tenant, taskId, file }),
          );
      // The URL is the key to the file: it is for its holder, not for shared caches, nor for the sites that a page links to.
      return await outputResponse(found, { file, disposition: 'inline', cacheControl: 'private, max-age=3600' });
    } catch (error) {
      if (error instanceof CallError) return statusResponse(statusOf(error));
      if (statusIn(error) !== null) return errorResponse(error);
      log.error({ err: error, taskId, file, ...traceOf(request) }, 'cannot open a finished video');
      return statusResponse(internalStatus());
    }
  };
}
