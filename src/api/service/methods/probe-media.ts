import type { CallContext } from 'nice-grpc';
import type { MediaInfo } from '../../../../generated/cutroom/v1/media.js';
import type { ProbeMediaRequest } from '../../../../generated/cutroom/v1/task_service.js';
import { printMedia } from '../../../wire/print-media.js';
import type { MethodDeps } from './method-deps.js';

/** ProbeMedia: what is in an input. */
export function probeMedia({ tasks }: MethodDeps) {
  return async ({ uri }: ProbeMediaRequest, { signal }: CallContext): Promise<MediaInfo> =>
    printMedia(await tasks.probe(uri, signal));
}
