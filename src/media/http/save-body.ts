import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { RenderError } from '../../task/failure.js';
import { fetchError, networkError, type FetchPlace } from './fetch-error.js';
import { tooLarge } from './judge-answer.js';
import type { DownloadLimits } from './limits.js';

export interface SaveBodyOptions {
  readonly limits: DownloadLimits;
  readonly place: FetchPlace;
  /** The length that the answer declares; null: none. */
  readonly declaredBytes: number | null;
}

/**
 * Writes a body to a new file, as fast as the disk takes it.
 * @throws RenderError INPUT_TOO_LARGE; INPUT_FETCH_FAILED when it breaks off, is shorter than declared or too slow; the system's own error
 * when the disk fails. The file is left as far as it came.
 */
export async function saveBody(
  body: Readable,
  file: string,
  { limits, place, declaredBytes }: SaveBodyOptions,
): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  let bytes = 0;
  const clock = startRateClock(
    limits,
    () => bytes,
    () => {
      body.destroy(
        fetchError(
          'INPUT_FETCH_FAILED',
          `it sends less than ${Math.round(limits.minBytesPerWindow / 1024)} KiB in ${limits.windowMs / 1000} s`,
          place,
        ),
      );
    },
  );
  try {
    for await (const chunk of received(body, place)) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw fetchError('INPUT_TOO_LARGE', tooLarge(limits.maxBytes), place);
      await handle.writeFile(chunk);
    }
  } finally {
    clearInterval(clock);
    await handle.close();
  }
  if (declaredBytes !== null && bytes !== declaredBytes)
    throw fetchError('INPUT_FETCH_FAILED', `${bytes} of ${declaredBytes} bytes came`, place);
}

/** The body's chunks. Only an error of the body is an error of the network here, not one of its consumer. */
async function* received(body: Readable, place: FetchPlace): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof RenderError ? error : networkError(error, place);
  }
}

/** Checks at the end of each window whether enough has arrived in it. */
function startRateClock(
  { minBytesPerWindow, windowMs }: DownloadLimits,
  received: () => number,
  onTooSlow: () => void,
): NodeJS.Timeout {
  let before = 0;
  return setInterval(() => {
    const now = received();
    if (now - before < minBytesPerWindow) onTooSlow();
    before = now;
  }, windowMs);
}
