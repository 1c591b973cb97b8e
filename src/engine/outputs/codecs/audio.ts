import { SAMPLE_RATE } from '../../../composition/composition.js';
import type { AudioCoding } from '../output-profile.js';
import { MOV_PART, MP4_PART, WEBM_PART } from './containers.js';

const STEREO = ['-ar', String(SAMPLE_RATE), '-ac', '2'];

export const AAC: AudioCoding = { options: ['-c:a', 'aac', '-b:a', '192k', ...STEREO], partOptions: MP4_PART };

export const OPUS: AudioCoding = {
  // Of a sound that no file begins, ffmpeg 5.1 gives the second encoder a first frame that is too long for it.
  filters: ['asetnsamples=n=960:p=0'],
  options: ['-c:a', 'libopus', '-b:a', '160k', ...STEREO],
  // With the silence before its sound, which an MP4 loses.
  partOptions: WEBM_PART,
};

export const MP3: AudioCoding = { options: ['-c:a', 'libmp3lame', '-b:a', '192k', ...STEREO], partOptions: [] };
export const WAV: AudioCoding = { options: ['-c:a', 'pcm_s16le', ...STEREO], partOptions: [] };
export const FLAC: AudioCoding = { options: ['-c:a', 'flac', '-sample_fmt', 's16', ...STEREO], partOptions: [] };
export const PCM24: AudioCoding = { options: ['-c:a', 'pcm_s24le', ...STEREO], partOptions: MOV_PART };
