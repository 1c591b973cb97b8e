import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { linkSignals, onAbort } from '../../../task/abort.js';
import { CallError } from '../../../task/call-error.js';
import type { HttpRequest } from '../http-types.js';
import { FIELD_REQUIRED } from './error-response.js';

/** The file of a form, while it arrives. */
export interface UploadedFile {
  /** The caller's name for it. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const FIELD = 'file';
/** The other parts of a form are ignored, and must not be large. */
const LIMITS = { files: 10, fields: 100, fieldSize: 64 * 1024, fieldNameSize: 1024 };

/**
 * Reads a form as browsers send it (`multipart/form-data`) and passes the file in its field `file` to `take` while it arrives; the result of `take` is
 * the result. When `take` rejects, or the signal fires, the rest of the form is left unread.
 * @throws CallError INVALID_REQUEST when the body is no such form; any error of `take`.
 */
export async function readUpload<T>(
  request: HttpRequest,
  signal: AbortSignal,
  take: (file: UploadedFile) => Promise<T>,
): Promise<T> {
  const parser = openParser(request.headers);
  const stop = linkSignals([signal]);
  // Without a listener an error would end the process, where nobody reads any more.
  const broken: unknown[] = [];
  const note = (error: unknown) => {
    broken.push(error);
  };
  parser.on('error', note);
  const taken: Promise<T>[] = [];
  parser.on('file', (field, stream, { filename }) => {
    stream.on('error', note);
    if (field !== FIELD || taken.length > 0) {
      stream.resume();
      return;
    }
    // Not every client names its file, although the types say so.
    const name: unknown = filename;
    const work = take({ name: typeof name === 'string' ? name : '', bytes: stream });
    taken.push(work);
    work.catch(() => {
      stop.abort();
    });
  });
  const arrived = pipeline(request.upload ?? [], parser, { signal: stop.signal }).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  // A caller that sends nothing more holds up the pipeline, which waits for its next bytes.
  const stopped = new Promise<{ error: unknown }>((resolve) => {
    onAbort(stop.signal, () => {
      parser.destroy();
      resolve({ error: stop.signal.reason });
    });
  });
  const problem = await Promise.race([arrived, stopped]);
  const [result] = await Promise.allSettled(taken);
  stop.release();
  signal.throwIfAborted();
  // When the form itself is at fault, the error of its file is only the consequence.
  if (result?.status === 'fulfilled') return result.value;
  const isBroken = result ? broken.includes(result.reason) : problem !== null;
  if (isBroken) throw malformed('ends before its end, or is no form', problem?.error);
  throw result?.reason ?? malformed(FIELD_REQUIRED);
}

function openParser(headers: HttpRequest['headers']): busboy.Busboy {
  try {
    return busboy({ headers, limits: LIMITS, defParamCharset: 'utf8' });
  } catch (error) {
    throw malformed('must come in a form: multipart/form-data with a field of this name', error);
  }
}

function malformed(description: string, cause?: unknown): CallError {
  return new CallError({ reason: 'INVALID_REQUEST', violations: [{ field: FIELD, description }] }, { cause });
}
