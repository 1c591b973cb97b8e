import type { Composition } from '../../composition/composition.js';
import type { Output } from '../../task/task.js';
import type { ToolContext } from '../process/run-tool.js';

/** The facts about a verified output. */
export type VerifiedOutput = Omit<Output, 'key' | 'location'>;

/** One kind of output: everything in which it differs from other kinds. */
export interface OutputProfile {
  /** Such as `h264-mp4`. */
  readonly name: string;
  /** Encoders of ffmpeg that it needs. */
  readonly encoders: readonly string[];
  /** Filters of ffmpeg that it needs, those of `finish` among them. */
  readonly filters: readonly string[];
  /** Filters in a row that turn the composition's finished frames into those that the encoder takes. */
  readonly finish: readonly string[];
  /** Names of its files, the one that callers are given first, for the output of this number from 0. */
  fileNames(index: number): readonly [string, ...string[]];
  /** Options of ffmpeg after the mapping of streams and before the file's name: codecs, tags and container. */
  encodingOptions(composition: Composition): readonly string[];
  /**
   * Checks the files, which lie in the folder of `context`, against the plan.
   * @throws RenderError OUTPUT_MISMATCH.
   */
  verify(
    context: ToolContext,
    files: readonly [string, ...string[]],
    composition: Composition,
  ): Promise<VerifiedOutput>;
}
