import { success } from './envelope.js';
import { type MoneyPrinterTurboRoute, type RouteDeps, rpcOf } from './route.js';

/** What requests can name: `file` is what the parameters of `POST /videos` take. */
export function libraryRoutes({ call, library }: RouteDeps): MoneyPrinterTurboRoute[] {
  const list =
    (kind: 'sound' | 'picture'): MoneyPrinterTurboRoute['handle'] =>
    async (request) => {
      const files = await call(request, rpcOf('GetCapabilities'), () => library.list(kind, ''));
      return success({ files: files.map(({ name, sizeBytes, uri }) => ({ name, size: sizeBytes, file: uri })) });
    };
  return [
    { method: 'GET', template: '/musics', handle: list('sound') },
    { method: 'GET', template: '/video_materials', handle: list('picture') },
  ];
}
