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
  /** Options of ffmpeg for its parts, which stand in this order before the file's name. */
  videoOptions(composition: Composition): readonly string[];
  readonly audioOptions: readonly string[];
  readonly containerOptions: readonly string[];
  /** Instead of `containerOptions`: for the file of a section or of the soundtrack, which is joined with others. */
  readonly partOptions: readonly string[];
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
