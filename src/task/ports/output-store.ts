import type { TaskKey } from '../task.js';

/** Names the attempt that an output is of. */
export interface OutputOwner {
  readonly key: TaskKey;
  readonly fence: number;
  readonly attemptId: string;
}

/** A finished file of an output. */
export interface FinishedFile {
  /** Where it lies now. */
  readonly path: string;
  /** Its name within the task, such as `final-1.mp4`. */
  readonly name: string;
}

/** How the bytes of a published output are reached. */
export type OutputContent =
  /** A file of this machine, with byte ranges. */
  | { readonly kind: 'file'; readonly path: string }
  /** Bytes from elsewhere, in order. Nothing is opened before `read`. */
  | {
      readonly kind: 'stream';
      readonly sizeBytes: number;
      /** Changes with the bytes. */
      readonly version: string;
      /** When they were stored, in Unix milliseconds. */
      readonly storedMs: number;
      readonly read: (signal: AbortSignal, range?: ByteRange) => AsyncIterable<Uint8Array>;
      /** Makes a URL, valid for a short time, that serves the bytes to its holder; null: there is none. */
      readonly direct: ((options: DirectOptions) => Promise<string>) | null;
    };

/** Bytes from `start` up to and with `end`, counted from 0, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Headers of an answer that another server gives. */
export interface DirectHeaders {
  readonly contentType: string;
  readonly contentDisposition: string;
}

export interface DirectOptions extends DirectHeaders {
  /** The longest that the URL may live; null: as long as the store gives them. */
  readonly maxLifetimeMs: number | null;
}

/** Where finished videos go. */
export interface OutputStore {
  /**
   * Moves the finished files of one output to where they are served from: all of them, durable when this resolves;
   * or none, and then they lie where they were.
   * @returns the location of the first, for `open`.
   * A storage of several machines that fails is waited for, for some minutes.
   * @throws RenderError OUTPUT_NOT_STORED or OUT_OF_DISK; the reason of `signal`.
   */
  publish(
    files: readonly [FinishedFile, ...FinishedFile[]],
    attempt: OutputOwner,
    options?: { readonly signal?: AbortSignal },
  ): Promise<string>;

  /**
   * The bytes of a published output, for a server that sends them. Null: it is not there (any more).
   * @param part the name of one of its further files; absent: its first.
   */
  open(location: string, part?: string): Promise<OutputContent | null>;

  /** Removes the outputs of a task's attempts, except those of `keepFence` (null: all). */
  discard(key: TaskKey, options: { keepFence: number | null }): Promise<void>;

  /** Removes the outputs of one attempt; there may be none. */
  discardAttempt(attempt: OutputOwner): Promise<void>;

  /** The attempts that have published, of every task; those that come and go meanwhile may be among them, or not. */
  attempts(): AsyncIterable<OutputOwner>;
}
