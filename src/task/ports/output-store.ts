import type { TaskKey } from '../task.js';

/** Names one attempt's output. */
export interface OutputName {
  readonly key: TaskKey;
  readonly fence: number;
  readonly attemptId: string;
  /** The file's name, such as `final-1.mp4`. */
  readonly file: string;
}

/** Where finished videos go. */
export interface OutputStore {
  /**
   * Moves a finished local file to where it is served from: all of it or nothing, durable when this resolves.
   * @returns its location, for `localPath`.
   * @throws RenderError OUTPUT_NOT_STORED or OUT_OF_DISK.
   */
  publish(scratchFile: string, name: OutputName): Promise<string>;

  /** The absolute path of a published file, for a server that sends it. Null: it is not there (any more). */
  localPath(location: string): Promise<string | null>;

  /** Removes one published file; it may be gone already. */
  remove(location: string): Promise<void>;

  /** Removes what attempts of a task published, except under `keepFence` (null: everything). */
  discard(key: TaskKey, options: { keepFence: number | null }): Promise<void>;
}
