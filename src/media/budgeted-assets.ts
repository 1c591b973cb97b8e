import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { RenderError } from '../task/failure.js';
import type { AssetSource, FetchAssetOptions } from '../task/ports/asset-source.js';

/** The inputs of one render or inspection that were fetched so far: a file that several fields name counts once. */
interface Fetched {
  readonly files: Set<string>;
  bytes: number;
}

/** More than run at a time in one process. */
const MAX_UNDER_WAY = 1_000;

/**
 * The same inputs; those of one task may have so many bytes together. A task is known by the folder of its downloads, which no two attempts and inspections share.
 * @param limit asked at each fetch; null: any number. `fetch` throws, beside the errors of `assets`, TASK_TOO_LARGE.
 */
export function createBudgetedAssets(assets: AssetSource, limit: () => number | null): AssetSource {
  const underWay = new LRUCache<string, Fetched>({ max: MAX_UNDER_WAY });

  function fetchedOf({ folder }: FetchAssetOptions): Fetched {
    const fetched = underWay.get(folder) ?? { files: new Set(), bytes: 0 };
    underWay.set(folder, fetched);
    return fetched;
  }

  return {
    ...assets,
    async fetch(uri, options) {
      const maxBytes = limit();
      if (maxBytes === null) return assets.fetch(uri, options);
      const fetched = fetchedOf(options);
      const left = Math.max(0, maxBytes - fetched.bytes);
      const file = await assets.fetch(uri, { ...options, maxBytes: left });
      const { size } = await stat(file);
      if (fetched.files.has(file)) return file;
      fetched.files.add(file);
      fetched.bytes += size;
      if (fetched.bytes > maxBytes) throw tooLargeTogether(options.field);
      return file;
    },
  };
}

/** The failure of a task whose inputs together are beyond its tenant's limit. */
export function tooLargeTogether(field: string): RenderError {
  return new RenderError(
    'TASK_TOO_LARGE',
    'with this input the task has more bytes of inputs than its tenant may use in one task (the limit input_bytes): name fewer or smaller ones',
    { field },
  );
}
