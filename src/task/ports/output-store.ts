import type { TaskKey } from '../task.js';

/** Names one attempt. */
export interface OutputAttempt {
  readonly key: TaskKey;
  readonly fence: number;
  readonly attemptId: string;
}

/** Names one attempt's output. */
export interface OutputName extends OutputAttempt {
  /** The file's name, such as `final-1.mp4`. */
  readonly file: string;
}

/** How the bytes of a published output are reached. */
export type OutputContent =
  /** A file of this machine, with byte ranges. */
  | { readonly kind: 'file'; readonly path: string }
  /** A URL, valid for a short time, that serves the bytes to its holder. */
  | { readonly kind: 'redirect'; readonly url: string }
  /** Bytes from elsewhere, whole and in order. Nothing is opened before `read`. */
  | {
      readonly kind: 'stream';
      readonly sizeBytes: number;
      readonly read: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
    };

/** Where finished videos go. */
export interface OutputStore {
  /**
   * Moves a finished local file to where it is served from: all of it or nothing, durable when this resolves.
   * @returns its location, for `open`.
   * @throws RenderError OUTPUT_NOT_STORED or OUT_OF_DISK.
   */
  publish(scratchFile: string, name: OutputName): Promise<string>;

  /** The bytes of a published file, for a server that sends them. Null: it is not there (any more). */
  open(location: string): Promise<OutputContent | null>;

  /** Removes one published file; it may be gone already. */
  remove(location: string): Promise<void>;

  /** Removes the outputs of a task's attempts, except those of `keepFence` (null: all). */
  discard(key: TaskKey, options: { keepFence: number | null }): Promise<void>;

  /** Removes the outputs of one attempt; there may be none. */
  discardAttempt(attempt: OutputAttempt): Promise<void>;

  /** The attempts that have published, of every task; those that come and go meanwhile may be among them, or not. */
  attempts(): AsyncIterable<OutputAttempt>;
}
