import type { AssetRef } from '../../composition/asset.js';
import { linkSignals } from '../../task/abort.js';
import { RenderError } from '../../task/failure.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import type { CacheMode } from '../../task/task-options.js';
import { FileSwappedError } from '../file-swapped-error.js';
import type { Scratch } from '../scratch.js';

/** The folder in a scratch folder that takes downloads; it goes with it. */
const DOWNLOADS = 'downloads';

export interface FetchContext {
  readonly scratch: Scratch;
  readonly assets: AssetSource;
  /** Until when inputs may be fetched, in monotonic milliseconds. */
  readonly fetchUntilMs: number;
  /** Whether earlier downloads are used. */
  readonly cache: CacheMode;
}

/**
 * Fetches one input. @returns its link in the scratch folder.
 * @throws RenderError of the asset source; FETCH_TIMEOUT with the input's field.
 */
export async function fetchInput(
  { uri, field }: AssetRef,
  { scratch, assets, fetchUntilMs, cache }: FetchContext,
  outer: AbortSignal,
): Promise<string> {
  const link = linkSignals([outer], { timeoutMs: fetchUntilMs - performance.now() });
  const { signal } = link;
  try {
    signal.throwIfAborted();
    return await scratch.link(await assets.fetch(uri, { field, signal, cache, folder: scratch.path(DOWNLOADS) }));
  } catch (error) {
    if (link.hasTimedOut())
      throw new RenderError('FETCH_TIMEOUT', 'the inputs could not be fetched in time', { field, cause: error });
    if (error instanceof FileSwappedError)
      throw new RenderError('INPUT_NOT_FOUND', 'this input was removed or replaced while it was opened', {
        field,
        cause: error,
      });
    throw error;
  } finally {
    link.release();
  }
}
