import { FAILURES, RenderError } from '../../task/failure.js';
import type { SniffedFormat } from './sniffed-format.js';

/**
 * The refusal of a file that ffmpeg could make nothing of, by the name that its signature gives it. Errors about something else, and those of files without a
 * telling signature, are returned as they are.
 */
export function namedRefusal(error: unknown, format: SniffedFormat): unknown {
  if (!(error instanceof RenderError) || FAILURES[error.failure.reason].category !== 'INPUT_MEDIA') return error;
  const { field } = error.failure;
  switch (format.kind) {
    case 'not-supported':
      return new RenderError('INPUT_NOT_SUPPORTED', `this is ${format.name}, which is not supported here`, {
        field,
        cause: error,
      });
    case 'not-media':
      return new RenderError('INPUT_NOT_MEDIA', `this is ${format.name}, no video, image or audio`, {
        field,
        cause: error,
      });
    case 'image':
    case 'media':
    case 'unknown':
      return error;
  }
}
