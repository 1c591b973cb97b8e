import type { Quality, Size } from '../../composition/output-spec.js';
import type { Rational } from '../../composition/frame-grid.js';
import type { Output } from '../../task/task.js';
import type { ToolContext } from '../process/run-tool.js';

/** The facts about a verified output. */
export type VerifiedOutput = Omit<Output, 'key' | 'location' | 'parts'>;

/** The planned content of an output's file. */
export interface PlannedContent extends Size {
  readonly frameRate: Rational;
  readonly frames: number;
  /** Length of the sound, at `SAMPLE_RATE`. */
  readonly samples: number;
}

/** The parameters of an encoder of pictures. */
export interface VideoSettings extends Size {
  readonly frameRate: Rational;
  readonly quality: Quality;
  /** Null: as many as the encoder likes. */
  readonly threads: number | null;
  /** Bits per second to aim at, instead of the quality's constant looks; null: none. */
  readonly aim: number | null;
}

/** How the pictures of a kind of output are encoded. */
export interface VideoCoding {
  /** Filters in a row that turn the composition's finished frames into those that the encoder takes. */
  readonly finish: readonly string[];
  /** Options of ffmpeg. */
  readonly options: (settings: VideoSettings) => readonly string[];
  /** For the file of a section, which is joined with others: its container keeps times exactly. */
  readonly partOptions: readonly string[];
}

/** How the sound of a kind of output is encoded. */
export interface AudioCoding {
  /** Options of ffmpeg. */
  readonly options: readonly string[];
  /** For a file of the sound that is joined with pictures. */
  readonly partOptions: readonly string[];
}

/** How a file is made of pictures that were rendered before, where their encoder must have seen them all. */
export interface Conversion {
  /** From the pictures, which are its inputs 0 and 1, to the pad `video`. */
  readonly graph: string;
  /** Options of its encoder. */
  readonly options: readonly string[];
}

/** One kind of output: everything in which it differs from other kinds. */
export interface OutputProfile {
  /** Such as `h264-mp4`. */
  readonly name: string;
  /** Filters of ffmpeg that it needs, those of `finish` among them. */
  readonly filters: readonly string[];
  /** Null: audio alone. */
  readonly video: VideoCoding | null;
  /** Null: without sound. */
  readonly audio: AudioCoding | null;
  /** Options of ffmpeg for the finished file, before its name. */
  readonly containerOptions: readonly string[];
  /** Makes the file of the joined pictures. Null: they are joined as they are. */
  readonly conversion: ((plan: PlannedContent) => Conversion) | null;
  /**
   * Checks the file, which lies in the folder of `context`, against the plan.
   * @throws RenderError OUTPUT_MISMATCH.
   */
  verify(context: ToolContext, file: string, plan: PlannedContent): Promise<VerifiedOutput>;
}
