import type { AssetSource } from '../task/ports/asset-source.js';
import { createHttpInputs, type HttpInputsOptions } from './http/http-inputs.js';
import { createLocalFiles } from './local-files.js';

export interface AssetSourceOptions {
  /** Folders that files may lie in. */
  readonly inputRoots: readonly string[];
  readonly httpInputs: HttpInputsOptions;
}

/** Every input that there can be: what begins with `http:` or `https:` is a web address, all else a file within the input roots. */
export function createAssetSource({ inputRoots, httpInputs }: AssetSourceOptions): AssetSource {
  const files = createLocalFiles({ roots: inputRoots });
  const http = createHttpInputs(httpInputs);
  const sourceOf = (uri: string): AssetSource => (/^https?:/i.test(uri) ? http : files);
  return {
    check: (uri) => sourceOf(uri).check(uri),
    fetch: (uri, options) => sourceOf(uri).fetch(uri, options),
  };
}
