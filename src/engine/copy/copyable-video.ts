import type { Rational } from '../../composition/frame-grid.js';
import type { ParameterSets } from '../mp4/avc-configuration.js';

/** A video whose frames may be copied, as far as it was read. */
export interface CopyableVideo {
  /** Relative to the scratch folder. */
  readonly file: string;
  readonly streamIndex: number;
  readonly width: number;
  readonly height: number;
  /** Frame N is due at N frames after the first, exactly. */
  readonly frameRate: Rational;
  readonly sets: ParameterSets;
  /** Of its sets. */
  readonly ids: ReadonlySet<number>;
  readonly level: number;
  /** In the order of the file, which is that of decoding. */
  readonly packets: readonly CopyablePacket[];
  /** Before which packets all frames are there that are shown earlier: those before are whole by themselves. One more than there are packets. */
  readonly canEnd: readonly boolean[];
  /** How many frames later than it is decoded a frame may be due, at most. */
  readonly delay: number;
}

export interface CopyablePacket {
  /** The number of its frame in the order of showing. */
  readonly frame: number;
  /** Its time for ffmpeg's `-ss`. */
  readonly atUs: number;
  /** Of its picture. */
  readonly bytes: number;
  /** Whether it and all after it can be decoded and shown without those before. */
  readonly canBegin: boolean;
}
