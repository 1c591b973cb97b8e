import { RenderError } from '../task/failure.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import { createHttpInputs, type HttpInputsOptions } from './http/http-inputs.js';
import { createLocalFiles } from './local-files.js';
import { UPLOAD_SCHEME } from './local-uploads.js';
import { BUCKET_SCHEME, IN_NO_BUCKET } from './s3/bucket-key.js';

export interface AssetSourceOptions {
  /** Folders that files may lie in. */
  readonly inputRoots: readonly string[];
  /** Where `upload:NAME` is found; null: there are no uploads. */
  readonly uploads: AssetSource | null;
  /** A folder whose files are no inputs although it lies within a root; null: none. */
  readonly except: string | null;
  readonly httpInputs: HttpInputsOptions;
  /** Where `s3://BUCKET/KEY` is found. Default: nowhere. */
  readonly buckets?: AssetSource;
}

const NO_BUCKETS: AssetSource = {
  check: () => Promise.resolve({ description: IN_NO_BUCKET }),
  sizeOf: () => Promise.resolve(null),
  fetch: (_, { field }) =>
    Promise.reject(new RenderError('INPUT_ADDRESS_REFUSED', `this input ${IN_NO_BUCKET}`, { field })),
};

/**
 * Every input that there can be: `http:` and `https:` URLs, `s3://BUCKET/KEY`, `upload:NAME`, and files within the input roots. A relative name that no root has may be
 * that of an upload without its scheme: clients of MoneyPrinterTurbo, and tasks of earlier versions, name uploads so.
 */
export function createAssetSource(options: AssetSourceOptions): AssetSource {
  const { inputRoots, uploads, except, httpInputs, buckets = NO_BUCKETS } = options;
  const files = createLocalFiles({ roots: inputRoots, except });
  const http = createHttpInputs(httpInputs);
  const uploaded = uploads ?? createUploadedFiles(null);

  async function sourceOf(uri: string): Promise<AssetSource> {
    if (/^https?:/i.test(uri)) return http;
    if (BUCKET_SCHEME.test(uri)) return buckets;
    if (uri.startsWith(UPLOAD_SCHEME)) return uploaded;
    if (!/^[^/:]+\/[^:]+$/.test(uri) || (await files.check(uri)) === null) return files;
    const upload = UPLOAD_SCHEME + uri;
    if ((await uploaded.check(upload)) !== null) return files;
    return {
      check: () => uploaded.check(upload),
      sizeOf: () => uploaded.sizeOf(upload),
      fetch: (_, options) => uploaded.fetch(upload, options),
    };
  }

  return {
    check: async (uri) => (await sourceOf(uri)).check(uri),
    sizeOf: async (uri) => (await sourceOf(uri)).sizeOf(uri),
    fetch: async (uri, options) => (await sourceOf(uri)).fetch(uri, options),
  };
}

/** Uploads in a folder of this machine. Null: there are none. */
export function createUploadedFiles(folder: string | null): AssetSource {
  const files = createLocalFiles({ roots: folder === null ? [] : [folder], outside: 'is no upload of this server' });
  // As a relative name, whatever it looks like.
  const nameOf = (uri: string): string => `./${uri.slice(UPLOAD_SCHEME.length)}`;
  return {
    check: (uri) => files.check(nameOf(uri)),
    sizeOf: (uri) => files.sizeOf(nameOf(uri)),
    fetch: (uri, options) => files.fetch(nameOf(uri), options),
  };
}
