import type { AssetRef, Montage } from '../../composition/montage.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import type { Scratch } from '../scratch.js';

/** Local files by URI, as links in the scratch folder. */
export type FetchedFiles = ReadonlyMap<string, string>;

/** Fetches every input of a montage once, and links it into the scratch folder. @throws RenderError of the asset source. */
export async function fetchInputs(
  montage: Montage,
  assets: AssetSource,
  scratch: Scratch,
  options: { signal: AbortSignal; onStep: (done: number, total: number) => void },
): Promise<FetchedFiles> {
  const files = new Map<string, string>();
  const refs = inputsOf(montage);
  for (const [i, ref] of refs.entries()) {
    options.signal.throwIfAborted();
    const local = await assets.fetch(ref.uri, { field: ref.field, signal: options.signal });
    files.set(ref.uri, await scratch.link(local));
    options.onStep(i + 1, refs.length);
  }
  return files;
}

function inputsOf(montage: Montage): AssetRef[] {
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
