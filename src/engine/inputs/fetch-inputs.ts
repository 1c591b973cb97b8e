import type { AssetRef, Montage } from '../../composition/montage.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import { RenderError } from '../../task/failure.js';
import type { Scratch } from '../scratch.js';
import { startDeadline, type Deadline } from './deadline.js';
import { runSome } from './run-some.js';

/** Local files by URI, as links in the scratch folder. */
export type FetchedFiles = ReadonlyMap<string, string>;

/** The folder in a scratch folder that takes what has to be downloaded; gone with it. */
const DOWNLOADS = 'downloads';
/** Fetches that run at once: mostly they wait for another machine. */
const FETCHES_AT_ONCE = 4;

export interface FetchOptions {
  readonly assets: AssetSource;
  readonly signal: AbortSignal;
  /** How long all inputs together may take. */
  readonly timeoutMs: number;
  readonly onStep: (done: number, total: number) => void;
}

/**
 * Fetches every input of a montage once, and links it into the scratch folder.
 * @throws RenderError of the asset source; FETCH_TIMEOUT with the field of the input that was waited for.
 */
export async function fetchInputs(montage: Montage, scratch: Scratch, options: FetchOptions): Promise<FetchedFiles> {
  const files = new Map<string, string>();
  const refs = inputsOf(montage);
  const deadline = startDeadline(options.timeoutMs, options.signal);
  try {
    const jobs = refs.map((ref) => async () => {
      try {
        files.set(ref.uri, await fetchInput(ref, scratch, options.assets, deadline));
      } catch (error) {
        // What the others bring is of no use any more; they end with the same error.
        deadline.abandon(error);
        throw error;
      }
    });
    await runSome(jobs, FETCHES_AT_ONCE, options.onStep);
  } finally {
    deadline.clear();
  }
  return files;
}

/** Fetches one input. @returns its link in the scratch folder. @throws as `fetchInputs`. */
export async function fetchInput(
  { uri, field }: AssetRef,
  scratch: Scratch,
  assets: AssetSource,
  { signal, hasPassed }: Deadline,
): Promise<string> {
  try {
    signal.throwIfAborted();
    return await scratch.link(await assets.fetch(uri, { field, signal, folder: scratch.path(DOWNLOADS) }));
  } catch (error) {
    if (hasPassed())
      throw new RenderError('FETCH_TIMEOUT', 'the inputs could not be fetched in time', { field, cause: error });
    throw error;
  }
}

/** Every input of a montage, once. */
export function inputsOf(montage: Montage): AssetRef[] {
  const subtitles = montage.subtitles?.source;
  const all = [
    ...montage.materials,
    ...(montage.narration ? [montage.narration.asset] : []),
    ...(montage.music ? [montage.music.asset] : []),
    ...(subtitles?.kind === 'file' ? [subtitles.asset] : []),
  ];
  return firstOfEach(all);
}

/** The first mention of each URI, which is the one that errors name. */
export function firstOfEach(refs: readonly AssetRef[]): AssetRef[] {
  return [...new Map([...refs].reverse().map((ref) => [ref.uri, ref])).values()].reverse();
}
