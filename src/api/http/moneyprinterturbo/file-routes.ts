import { tenantOf } from '../../tenant.js';
import { type MoneyPrinterTurboRoute, type RouteDeps, rpcOf } from './route.js';

/** A finished video by task and name, without a signature: whoever may read the task may have its video. */
export function fileRoutes(deps: RouteDeps): MoneyPrinterTurboRoute[] {
  return [
    { method: 'GET', template: '/stream/{task}/{file}', handle: serve(deps, 'inline') },
    { method: 'GET', template: '/download/{task}/{file}', handle: serve(deps, 'attachment') },
  ];
}

function serve({ call, urls }: RouteDeps, disposition: 'inline' | 'attachment'): MoneyPrinterTurboRoute['handle'] {
  return async (request, { task: taskId = '', file = '' }) => {
    const found = await call(request, rpcOf('GetTask', taskId), (context) =>
      urls.locate({ tenant: tenantOf(context), taskId, file }),
    );
    const headers = {
      'content-type': found.contentType,
      'content-disposition': `${disposition}; filename="${file.replace(/[^A-Za-z0-9._-]/g, '_')}"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
    };
    return { status: 200, headers, body: { kind: 'file', path: found.path } };
  };
}
