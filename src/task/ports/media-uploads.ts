import type { LibraryFile, MediaKind } from './media-library.js';

export interface ReceiveOptions {
  readonly forOthers?: boolean;
}

export interface UploadTotal {
  readonly files: number;
  readonly bytes: number;
}

/** Where files that callers send are kept. As an input each is named `upload:NAME`. */
export interface MediaUploads {
  /**
   * Writes the bytes to a place of their own, where nobody sees them yet.
   * @param options.forOthers until it is accepted or discarded it is an input of other machines, too.
   * @throws CallError DISK_FULL, UPLOADS_FULL, NOT_SUPPORTED_HERE (`forOthers`, where no other machine sees the uploads); any error that `bytes` throws. Nothing stays then.
   */
  receive(bytes: AsyncIterable<Uint8Array>, options?: ReceiveOptions): Promise<UploadDraft>;

  /** The accepted files of one kind, by their names' endings; in order of `uri`, at most a thousand. */
  list(kind: MediaKind): Promise<readonly LibraryFile[]>;

  /** All files together, with those that are not accepted yet. */
  total(): Promise<UploadTotal>;

  /** Removes an accepted file. False: there is none of this name. A render that has begun keeps its copy. */
  remove(uri: string): Promise<boolean>;

  /** Removes the accepted files whose time is up. */
  removeExpired(nowMs: number): Promise<void>;
}

/** A file that has arrived whole and is no input yet. */
export interface UploadDraft {
  /** By which an AssetSource finds it meanwhile. */
  readonly uri: string;

  /**
   * Makes it an input, named by a folder and a name that begins and ends like `name` and is no other file's. It survives a crash once this has
   * resolved. @throws CallError DISK_FULL.
   */
  accept(folder: string, name: string): Promise<LibraryFile>;

  /** Removes it unless it was accepted. Idempotent. */
  discard(): Promise<void>;
}
