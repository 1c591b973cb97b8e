import type { MediaKind } from '../../../task/ports/media-library.js';
import { CallError } from '../../../task/call-error.js';
import { whileHeld } from '../../chain/while-held.js';
import type { HttpRequest } from '../http-types.js';
import { outputResponse } from '../output-response.js';
import { success } from './envelope.js';
import { readUpload } from './read-upload.js';
import type { MoneyPrinterTurboRoute, RouteDeps } from './route.js';

const MAX_AUDIO_BYTES = 30 * 1024 * 1024;
/** A form's own bytes around its file: names and boundaries. */
const FORM_BYTES = 64 * 1024;
/** The first part of the name of an uploaded visual; that of uploaded audio is the music folder's name. */
const MATERIALS_FOLDER = 'video_materials';

/** Whether a request's body is left unread for these routes. */
export function isUpload(method: string, path: string): boolean {
  return method === 'POST' && /^\/api\/v1\/(musics|video_materials)\/?$/.test(path);
}

/** Lists of the files that requests can name, uploads of such files, and finished videos. */
export function mediaRoutes(deps: RouteDeps): MoneyPrinterTurboRoute[] {
  const audio = { kind: 'audio', folder: deps.musicFolder, maxBytes: MAX_AUDIO_BYTES } as const;
  const visual = { kind: 'visual', folder: MATERIALS_FOLDER, maxBytes: deps.maxUploadBytes } as const;
  return [
    {
      method: 'GET',
      template: '/musics',
      access: 'media.upload',
      doc: { id: 'ListMusics', summary: 'Lists the songs that requests may name.' },
      handle: list(deps, 'audio'),
    },
    {
      method: 'GET',
      template: '/video_materials',
      access: 'media.upload',
      doc: { id: 'ListVideoMaterials', summary: 'Lists the videos and images that requests may name.' },
      handle: list(deps, 'visual'),
    },
    {
      method: 'POST',
      template: '/musics',
      access: 'media.upload',
      doc: { id: 'UploadMusic', summary: 'Takes a song, which requests may name then.', body: 'form' },
      handle: receive(deps, audio),
    },
    {
      method: 'POST',
      template: '/video_materials',
      access: 'media.upload',
      doc: {
        id: 'UploadVideoMaterial',
        summary: 'Takes a video or image, which requests may name then.',
        body: 'form',
      },
      handle: receive(deps, visual),
    },
    {
      method: 'DELETE',
      template: '/musics/{file}',
      access: 'media.upload',
      doc: { id: 'DeleteMusic', summary: 'Deletes an uploaded song.' },
      handle: remove(deps, audio.folder),
    },
    {
      method: 'DELETE',
      template: '/video_materials/{file}',
      access: 'media.upload',
      doc: { id: 'DeleteVideoMaterial', summary: 'Deletes an uploaded video or image.' },
      handle: remove(deps, visual.folder),
    },
    {
      method: 'GET',
      template: '/stream/{task}/{file}',
      access: 'tasks.read',
      doc: { id: 'StreamVideo', summary: 'Answers with a finished video, to be played.', answer: 'video' },
      handle: serve(deps, 'inline'),
    },
    {
      method: 'GET',
      template: '/download/{task}/{file}',
      access: 'tasks.read',
      doc: { id: 'DownloadVideo', summary: 'Answers with a finished video, to be saved.', answer: 'video' },
      handle: serve(deps, 'attachment'),
    },
  ];
}

/** `file` of each entry is a value that the parameters of `POST /videos` take. */
function list({ library, uploads }: RouteDeps, kind: MediaKind): MoneyPrinterTurboRoute['handle'] {
  return async (request, _, call) => {
    const [files, uploaded] = await call(
      request,
      { method: 'GetCapabilities', isRead: true },
      ({ caller: { tenant } }) => Promise.all([library.of(tenant).list(kind, ''), uploads.of(tenant).list(kind)]),
    );
    const entries = [...files, ...uploaded].map(({ name, sizeBytes, uri }) => ({
      name,
      size: sizeBytes,
      file: uploadName(uri),
    }));
    return success({ files: entries });
  };
}

/** An upload without its scheme: the form that these routes have always answered, and an input by that name too. */
function uploadName(uri: string): string {
  return uri.replace(/^upload:/, '');
}

function receive(
  { tasks }: RouteDeps,
  to: { kind: MediaKind; folder: string; maxBytes: number },
): MoneyPrinterTurboRoute['handle'] {
  return async (request, _, call) => {
    const { uri } = await call(request, { method: 'ProbeMedia' }, ({ caller: { tenant }, session, signal }) => {
      refuseTooLong(request, to.maxBytes);
      return whileHeld(session, [signal], (held) =>
        readUpload(request, held, (file) => tasks.acceptUpload({ tenant, ...to, ...file }, held)),
      );
    });
    return success({ file: uploadName(uri) });
  };
}

/** Of a file that a caller sent, by its `name`; the operator's are not for callers to delete. */
function remove({ uploads }: RouteDeps, folder: string): MoneyPrinterTurboRoute['handle'] {
  return async (request, { file = '' }, call) => {
    await call(request, { method: 'ProbeMedia' }, async ({ caller: { tenant } }) => {
      if (!(await uploads.of(tenant).remove(`upload:${folder}/${file}`)))
        throw new CallError({ reason: 'UPLOAD_NOT_FOUND' });
    });
    return success(null);
  };
}

/** Before the first byte is read, where the caller says how many there are. */
function refuseTooLong({ headers }: HttpRequest, maxBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxBytes + FORM_BYTES)
    throw new CallError({ reason: 'UPLOAD_TOO_LARGE', maxBytes });
}

/** A finished video by task and name, without a signature: a caller who may read the task may have its video. */
function serve({ urls }: RouteDeps, disposition: 'inline' | 'attachment'): MoneyPrinterTurboRoute['handle'] {
  return async (request, { task: taskId = '', file = '' }, call) => {
    const found = await call(request, { method: 'GetTask', taskId, isRead: true }, ({ caller }) =>
      urls.locate({ tenant: caller.tenant, taskId, file }),
    );
    return outputResponse(found, { file, disposition, cacheControl: 'private, no-cache' });
  };
}
