import type { EncoderDevice, VideoCoding } from '../outputs/output-profile.js';

/** The codecs that devices encode. */
export type Codec = 'H264' | 'HEVC';

/** A coding by hardware that is still to be tried. */
export interface Candidate {
  /** The encoder by its name in ffmpeg. */
  readonly encoder: string;
  readonly coding: VideoCoding & { readonly device: EncoderDevice };
  /** Whether its driver reserves more addresses than a tool may have. */
  readonly reservesAddresses: boolean;
}
