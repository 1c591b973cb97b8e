import { Status } from 'nice-grpc';
import type { TaskUseCases } from '../../task/use-cases/task-use-cases.js';
import type { Chain } from '../chain/chain.js';
import { errorResponse, plainError } from './http-error.js';
import type { HttpRequest, HttpResponse } from './http-types.js';
import { createChainCall } from './moneyprinterturbo/route.js';
import { compilePathTemplate } from './path-template.js';

/** Serves the newest preview of a running task to a caller who may read the task. Null: the path is no preview's. Never rejects. */
export type PreviewRoute = (request: HttpRequest) => Promise<HttpResponse> | null;

export const PREVIEW_ROUTE = { method: 'GET', template: '/v1/tasks/{task}/preview.jpg', access: 'tasks.read' } as const;

const PREVIEW = compilePathTemplate(PREVIEW_ROUTE.template);

export function createPreviewRoute({
  tasks,
  chain,
}: {
  readonly tasks: Pick<TaskUseCases, 'preview'>;
  readonly chain: Chain;
}): PreviewRoute {
  const call = createChainCall(chain, PREVIEW_ROUTE.access);
  async function answer(request: HttpRequest, taskId: string): Promise<HttpResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plainError(405, Status.UNIMPLEMENTED, 'this path takes GET, HEAD', { allow: 'GET, HEAD' });
    try {
      const { jpeg } = await call(request, { method: 'GetTask', taskId, isRead: true }, ({ caller }) =>
        tasks.preview({ tenant: caller.tenant, id: taskId }),
      );
      return {
        status: 200,
        // The next one has the same URL.
        headers: { 'content-type': 'image/jpeg', 'cache-control': 'no-store' },
        body: {
          kind: 'bytes',
          sizeBytes: jpeg.length,
          read: async function* () {
            yield await Promise.resolve(jpeg);
          },
        },
      };
    } catch (error) {
      return errorResponse(error);
    }
  }

  return (request) => {
    const variables = PREVIEW.match(request.path);
    return variables ? answer(request, variables.task ?? '') : null;
  };
}
