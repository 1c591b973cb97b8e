import { AAC } from '../codecs/audio.js';
import { MP4_FILE } from '../codecs/containers.js';
import { MOV_TEXT } from '../subtitles/codings.js';
import { FINISH_FILTERS, H264 } from '../codecs/video.js';
import type { OutputProfile } from '../output-profile.js';
import { verifyMp4 } from './verify.js';

/** H.264 and AAC in an MP4 file that plays while it is still being loaded. */
export const h264Mp4: OutputProfile = {
  name: 'h264-mp4',
  filters: FINISH_FILTERS,
  video: H264,
  audio: AAC,
  containerOptions: MP4_FILE,
  conversion: null,
  packaging: null,
  alphaDecoder: null,
  subtitleCoding: MOV_TEXT,
  verify: verifyMp4,
};
