import type { Composition } from '../../../composition/composition.js';
import { NORMAL_FORM } from '../../compositor/fit.js';
import type { OutputProfile } from '../output-profile.js';
import {
  AUDIO_OPTIONS,
  AUDIO_ENCODER,
  CONTAINER_OPTIONS,
  PART_OPTIONS,
  VIDEO_ENCODER,
  VIDEO_OPTIONS,
} from './encoding.js';
import { verifyMp4 } from './verify.js';

/** Seconds between key frames: players seek to them, and more of them cost size. */
const KEY_FRAME_SECONDS = 2;

/** H.264 and AAC in an MP4 file that plays while it is still being loaded. */
export const h264Mp4: OutputProfile = {
  name: 'h264-mp4',
  encoders: [VIDEO_ENCODER, AUDIO_ENCODER],
  filters: ['format', 'setsar', 'setparams'],
  finish: NORMAL_FORM,
  fileNames: (index) => [`final-${index + 1}.mp4`],
  videoOptions: ({ frameRate }: Composition) => {
    const keyFrames = Math.round((frameRate.num / frameRate.den) * KEY_FRAME_SECONDS);
    return [...VIDEO_OPTIONS, '-g', String(keyFrames)];
  },
  audioOptions: AUDIO_OPTIONS,
  containerOptions: CONTAINER_OPTIONS,
  partOptions: PART_OPTIONS,
  verify: (context, [file], composition) => verifyMp4(context, file, composition),
};
