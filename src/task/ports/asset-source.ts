import type { CacheMode } from '../task-options.js';

/** The problem with a URI, found without reading its bytes. */
export interface AssetProblem {
  /** For people; ends a sentence that begins with the field's name. */
  readonly description: string;
}

/** How one input is fetched. */
export interface FetchAssetOptions {
  /** The request's field that names the input, for errors. */
  readonly field: string;
  readonly signal: AbortSignal;
  /** A folder of the caller's, made when needed: downloads go there, and the caller removes it. */
  readonly folder: string;
  /** The most bytes that are left to the task: a download beyond them is given up with TASK_TOO_LARGE. Default: any number. */
  readonly maxBytes?: number;
  /** Whether what was downloaded before is used, and kept. Default: USE. */
  readonly cache?: CacheMode;
}

/** Where inputs come from. */
export interface AssetSource {
  /**
   * The problem with a URI: no such file, not a file, outside the input roots (also by a symbolic link), a scheme that is not served, a web
   * address that is not public. Asks no other machine but the storage of uploads. Null: none, at most a second ago.
   */
  check(uri: string): Promise<AssetProblem | null>;

  /** The bytes of an input, as far as they are known without fetching it. Null: they are not, or there is no such input. */
  sizeOf(uri: string): Promise<number | null>;

  /**
   * Makes the bytes of a URI available as a local file, again checked as above.
   * @returns the absolute path, free of symbolic links in and below an input root.
   * @throws RenderError of category INPUT_FETCH, or INPUT_TOO_LARGE, with `field`; the reason of `signal` when it fires, with nothing left behind.
   */
  fetch(uri: string, options: FetchAssetOptions): Promise<string>;
}
