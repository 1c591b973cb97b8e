import type { VisualDetails } from '../probe/media-details.js';

/** An input of the one command: a link in the scratch folder, and the options it is opened with. */
export interface GraphInput {
  readonly file: string;
  readonly options: readonly string[];
  readonly uri: string;
  /** The field of the request that named it. */
  readonly field: string;
  /** About how many frames of a video are decoded of it; 0 for anything else. */
  readonly frames: number;
  /** Of a frame as it is decoded; 0: it has none. */
  readonly pixels: number;
}

/** A file that the graph reads. */
export interface GraphFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** All that ffmpeg needs to know about the content; how to encode it is the output profile's matter. */
export interface RenderPlan {
  readonly inputs: readonly GraphInput[];
  /** One filter graph that ends in the pads `VIDEO_PAD` and `AUDIO_PAD`. */
  readonly graph: string;
  /**
   * Files that the graph reads from the scratch folder, where ffmpeg runs: no path needs to be in the graph, and so none needs escaping there.
   */
  readonly files: readonly GraphFile[];
}

export const VIDEO_PAD = 'video';
export const AUDIO_PAD = 'audio';

/** The facts that the engine found about the inputs, by URI. */
export interface KnownMedia {
  readonly visuals: ReadonlyMap<string, LocatedVisual>;
  readonly audios: ReadonlyMap<string, PcmFile>;
  /** 3D LUTs, as files that we wrote. Absent: none. */
  readonly luts?: ReadonlyMap<string, GraphFile>;
}

export interface LocatedVisual {
  readonly file: string;
  readonly details: VisualDetails;
}

/** Prepared audio: PCM of 48 kHz stereo, as `PCM_INPUT_OPTIONS` reads it, relative to the scratch folder. */
export interface PcmFile {
  readonly file: string;
}

/** Collects inputs and gives each its number in the command. */
export interface InputList {
  add(input: GraphInput): number;
  readonly all: readonly GraphInput[];
}

/** An empty list. */
export function createInputList(): InputList {
  const all: GraphInput[] = [];
  return { all, add: (input) => all.push(input) - 1 };
}

/** Collects files, each once. */
export interface FileList {
  add(file: GraphFile): void;
  readonly all: readonly GraphFile[];
}

/** An empty list. */
export function createFileList(): FileList {
  const all: GraphFile[] = [];
  return {
    all,
    add: (file) => {
      if (all.every(({ name }) => name !== file.name)) all.push(file);
    },
  };
}
