import type { LibraryFile } from './media-library.js';

/** Where files that callers send are kept, so that requests can name them. */
export interface MediaUploads {
  /**
   * Writes what comes to a place of its own, where nobody sees it yet.
   * @throws CallError DISK_FULL; whatever `bytes` throws. Nothing stays then.
   */
  receive(bytes: AsyncIterable<Uint8Array>): Promise<UploadDraft>;
}

/** A file that has arrived whole and is no input yet. */
export interface UploadDraft {
  /** By which an AssetSource finds it meanwhile. */
  readonly uri: string;

  /**
   * Makes it an input, in a folder within the input roots and under a name that begins and ends like `name` and is no other file's. It survives a
   * crash once this has resolved. @throws CallError DISK_FULL.
   */
  accept(folder: string, name: string): Promise<LibraryFile>;

  /** Removes it unless it was accepted. Idempotent. */
  discard(): Promise<void>;
}
