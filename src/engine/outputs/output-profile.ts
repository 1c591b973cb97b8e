import type { Cue } from '../../composition/captions.js';
import type { Quality, Size } from '../../composition/output-spec.js';
import type { Rational } from '../../composition/frame-grid.js';
import type { Output, OutputPart } from '../../task/task.js';
import type { ColorResolution } from '../compositor/stage.js';
import type { ToolContext } from '../process/run-tool.js';

/** The facts about a verified output. */
export type VerifiedOutput = Omit<Output, 'key' | 'location' | 'parts'>;

/** The planned content of an output's file. */
export interface PlannedContent extends Size {
  readonly frameRate: Rational;
  readonly frames: number;
  /** Length of the sound, at `SAMPLE_RATE`. */
  readonly samples: number;
  /** A track of text; absent: none. */
  readonly subtitles?: Subtitles;
}

/** Text that goes with a video, and is not drawn into it. */
export interface Subtitles {
  /** With times from the start of the file, in milliseconds. At least one. */
  readonly cues: readonly Cue[];
  /** A tag of BCP 47; empty: not known. */
  readonly language: string;
}

/** The parameters of an encoder of pictures. */
export interface VideoSettings extends Size {
  readonly frameRate: Rational;
  readonly quality: Quality;
  /** Null: as many as the encoder likes. */
  readonly threads: number | null;
  /** Bits per second to aim at, instead of the quality's constant looks; null: none. */
  readonly aim: number | null;
  /** Frames that must be key frames; null: the encoder decides. */
  readonly keyFrames: KeyFrames | null;
}

/** Every so many frames, counted from the first of the file; of a piece that is joined with others, from theirs. */
export interface KeyFrames {
  readonly every: number;
  /** The number of the piece's first frame in the file. */
  readonly from: number;
}

/** How the pictures of a kind of output are encoded. */
export interface VideoCoding {
  /** Filters in a row that turn the composition's finished frames into those that the encoder takes. @param name begins the names of pads between them. */
  readonly finish: (name: string) => readonly string[];
  /** Whether its frames have a colour for each pixel, or one for two by two. */
  readonly colors: ColorResolution;
  /** Options of ffmpeg. */
  readonly options: (settings: VideoSettings) => readonly string[];
  /** For the file of a section, which is joined with others: its container keeps times exactly. */
  readonly partOptions: readonly string[];
  /** Absent: ffmpeg encodes by itself. */
  readonly device?: EncoderDevice;
}

/** A device that encodes for ffmpeg. */
export interface EncoderDevice {
  /** The encoder by its name in ffmpeg, such as `h264_vaapi`. */
  readonly encoder: string;
  /** Options of ffmpeg that open the device, before all others. */
  readonly options: readonly string[];
  /** Whether the filters of `finish` leave frames in the memory of the device. */
  readonly holdsFrames: boolean;
  /** Tells its bytes from those of other devices and drivers: only pieces of one identity are joined. */
  readonly identity: string;
}

/** How the sound of a kind of output is encoded. */
export interface AudioCoding {
  /** Filters of ffmpeg before the encoder. Absent: none. */
  readonly filters?: readonly string[];
  /** Options of ffmpeg. */
  readonly options: readonly string[];
  /** For a file of the sound that is joined with pictures. */
  readonly partOptions: readonly string[];
}

/** How a container has text. */
export interface SubtitleCoding {
  /** By its name in ffmpeg. */
  readonly codec: 'mov_text' | 'webvtt';
  /** What makes it of WebVTT. */
  readonly encoder: 'mov_text' | 'copy';
  /** Makes cues that the codec has as they are. */
  readonly prepare: (cues: readonly Cue[]) => readonly Cue[];
  /** The text of such a cue in a packet of the file. */
  readonly stored: (text: string) => string;
  /** How far its times may be from the plan's. */
  readonly slackUs: number;
  /** How many bytes of a packet come before its text. */
  readonly headBytes: number;
}

/** How a file is made of pictures that were rendered before, where their encoder must have seen them all. */
export interface Conversion {
  /** From the pictures, which are its inputs 0 and 1, to the pad `video`. */
  readonly graph: string;
  /** Options of its encoder. */
  readonly options: readonly string[];
}

/** One file that is encoded for an output: all of it, or a rendition of a stream. */
export interface Encoding {
  /** Names its files in the scratch folder, and its pads. */
  readonly name: string;
  readonly content: PlannedContent;
  /** Null: audio alone. */
  readonly video: VideoCoding | null;
  /** Null: without sound. */
  readonly audio: AudioCoding | null;
  /** Options of ffmpeg for the finished file, before its name. */
  readonly containerOptions: readonly string[];
  /** Makes the file of the joined pictures. Null: they are joined as they are. */
  readonly conversion: ((plan: PlannedContent) => Conversion) | null;
  /** Whether its pictures have alpha. */
  readonly hasAlpha: boolean;
  /** A key frame every so many frames; null: the encoder decides. */
  readonly keyFramesEvery: number | null;
  /** Whether the output's poster is made of its pictures. */
  readonly hasPoster: boolean;
}

/** How an output is made of several encodings. */
export interface Packaging {
  /** The largest pictures first. @param name of the output in the scratch folder. */
  encodings(name: string, content: PlannedContent): readonly Encoding[];
  /**
   * Makes the output's files of the finished encodings, in a folder of their own under their final names, and removes the encodings.
   * @param folder relative to that of `context`.
   * @throws RenderError as `runTool`, or RENDER_FAILED.
   */
  pack(context: ToolContext, folder: string, package_: Package): Promise<void>;
  /** The file in that folder with the largest pictures. */
  pictures(key: string): string;
  /** Further files of the output, in that folder. */
  parts(key: string, content: PlannedContent): readonly OutputPart[];
}

/** The content of a package. */
export interface Package {
  /** The name of the output's first file. */
  readonly key: string;
  readonly content: PlannedContent;
  readonly encodings: readonly EncodedFile[];
}

/** A finished encoding, by its name in the scratch folder. */
export interface EncodedFile extends Encoding {
  readonly file: string;
}

/** A file of an output beside its first. */
export interface FurtherFile {
  /** Its name in the scratch folder. */
  readonly file: string;
  readonly part: OutputPart;
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
  /** Null: its files have no track of text, or are packaged with it. */
  readonly subtitleCoding: SubtitleCoding | null;
  /** Of a profile whose pictures have alpha: options with which ffmpeg decodes a file with it. Null: they have none. */
  readonly alphaDecoder: readonly string[] | null;
  /** Null: the output is one file, encoded as above. */
  readonly packaging: Packaging | null;
  /**
   * Checks the file, which lies in the folder of `context`, against the plan.
   * @throws RenderError OUTPUT_MISMATCH.
   */
  verify(context: ToolContext, file: string, plan: PlannedContent): Promise<VerifiedOutput>;
}
