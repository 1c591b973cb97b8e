import { h264Mp4 } from './h264-mp4/h264-mp4.js';
import type { OutputProfile } from './output-profile.js';

/** Every kind of output: a new one is a folder beside this and a row here. */
export const PROFILES: readonly OutputProfile[] = [h264Mp4];

/** Encoders that outputs are made with. */
export const OUTPUT_ENCODERS: readonly string[] = [...new Set(PROFILES.flatMap(({ encoders }) => encoders))].sort();
