import type { MediaKind } from '../../../task/ports/media-library.js';
import { CallError } from '../../../task/call-error.js';
import type { HttpRequest } from '../http-types.js';
import { success } from './envelope.js';
import { readUpload } from './read-upload.js';
import { type MoneyPrinterTurboRoute, type RouteDeps, rpcOf } from './route.js';

const MAX_AUDIO_BYTES = 30 * 1024 * 1024;
/** What a form has around its file: names and boundaries. */
const FORM_BYTES = 64 * 1024;
/** Where in the input roots pictures go; sounds go where `bgm_type: "random"` looks for songs. */
const MATERIALS_FOLDER = 'video_materials';

/** Whether a request's body is to be left unread for these routes. */
export function isUpload(method: string, path: string): boolean {
  return method === 'POST' && /^\/api\/v1\/(musics|video_materials)\/?$/.test(path);
}

/** Files that callers send, to be named in requests by what is answered. */
export function uploadRoutes(deps: RouteDeps): MoneyPrinterTurboRoute[] {
  const sound = { kind: 'sound', folder: deps.musicFolder, maxBytes: MAX_AUDIO_BYTES } as const;
  const picture = { kind: 'picture', folder: MATERIALS_FOLDER, maxBytes: deps.maxUploadBytes } as const;
  return [
    { method: 'POST', template: '/musics', handle: receive(deps, sound) },
    { method: 'POST', template: '/video_materials', handle: receive(deps, picture) },
  ];
}

function receive(
  { tasks, call }: RouteDeps,
  to: { kind: MediaKind; folder: string; maxBytes: number },
): MoneyPrinterTurboRoute['handle'] {
  return async (request) => {
    // It is looked at as ProbeMedia would.
    const { uri } = await call(request, rpcOf('ProbeMedia'), (context) => {
      refuseTooLong(request, to.maxBytes);
      return readUpload(request, (file) => tasks.acceptUpload({ ...to, ...file }, context.signal));
    });
    return success({ file: uri });
  };
}

/** Before the first byte is read, where the caller says how many there are. */
function refuseTooLong({ headers }: HttpRequest, maxBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxBytes + FORM_BYTES)
    throw new CallError({ reason: 'UPLOAD_TOO_LARGE', maxBytes });
}
